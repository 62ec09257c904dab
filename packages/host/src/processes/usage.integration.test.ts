import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { usageByGroup } from './usage.ts';

describe.runIf(process.platform === 'linux')('what a process group uses', () => {
  it('is the processor time and the memory of all its processes, ended children included', async () => {
    const burn = 'const end = process.cpuUsage().user + 400000; while (process.cpuUsage().user < end);';
    // One child burns and ends, the parent stays.
    const code = `require('child_process').spawnSync(process.execPath, ['-e', ${JSON.stringify(burn)}]); console.log('burnt'); setInterval(() => {}, 1000)`;
    const leader = spawn(process.execPath, ['-e', code], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });

    await once(leader.stdout, 'data');
    const usage = (await usageByGroup()).get(leader.pid ?? 0);
    leader.kill('SIGKILL');
    await once(leader, 'exit');

    expect(usage?.cpuSeconds).toBeGreaterThanOrEqual(0.4);
    expect(usage?.bytes).toBeGreaterThan(10 * 1024 * 1024);
    expect((await usageByGroup()).get(leader.pid ?? 0)).toBeUndefined();
  });
});
