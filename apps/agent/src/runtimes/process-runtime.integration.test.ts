import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ObservedInstance } from '@almanac/domain';
import { type Account, isAlive, openControlGroups, type ResourceLimits } from '@almanac/host';
import type { DesiredModule } from '@almanac/protocol';
import { freePorts, waitUntil } from '@almanac/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { InstanceRecord } from '../journal/journal.ts';
import { createProcessRuntime, type ProcessRuntime } from './process-runtime.ts';

let directory: string;
let runtime: ProcessRuntime;
let records: InstanceRecord[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'almanac site '));
  runtime = createProcessRuntime({ directory });
  records = [];
});

afterEach(async () => {
  for (const record of records) await runtime.stop(record, 0);
  await rm(directory, { recursive: true, force: true });
});

const web = { name: 'web', health: '/health' } as DesiredModule;
const worker = { name: 'worker' } as DesiredModule;

function aRecord(port: number | null): InstanceRecord {
  const record: InstanceRecord = {
    id: runtime.newId(),
    application: 'application-1',
    module: port === null ? 'worker' : 'web',
    operation: 'operation-1',
    port,
    identity: null,
    startedAt: 0,
    failures: 0,
    restarts: 0,
    draining: false,
    drainingSince: 0,
    stopping: false,
  };
  records.push(record);
  return record;
}

const outputFile = () => join(directory, 'logs', 'shop.web.log');

async function start(
  record: InstanceRecord,
  command: string | string[],
  environment = {},
  account?: Account,
): Promise<void> {
  await runtime.start({
    record,
    command,
    directory,
    environment: { PATH: process.env['PATH'] ?? '', ...environment },
    outputFile: outputFile(),
    account,
    limits: {},
  });
}

const look = (record: InstanceRecord, by = runtime): ObservedInstance =>
  by.observe({
    record,
    module: record.port === null ? worker : web,
    inFlight: 0,
    now: Date.now(),
    onChange: () => undefined,
  });

const reaches = (record: InstanceRecord, state: ObservedInstance['state'], by = runtime) =>
  waitUntil(
    `the instance to be ${state}`,
    () => {
      const found = look(record, by);
      return found.state === state && found;
    },
    20,
  );

/** A server that answers its health check with what the file `status` says, 200 without one. */
function serving(port: number): string[] {
  const program = `const { existsSync, readFileSync } = require('node:fs');
    require('node:http').createServer((request, response) => {
      response.writeHead(existsSync('status') ? Number(readFileSync('status', 'utf8')) : 200).end();
    }).listen(${port}, '127.0.0.1', () => console.log('up'));`;
  return [process.execPath, '-e', program];
}

describe('an instance', () => {
  it('is starting until its health check passed, and ready then', async () => {
    const [port] = [await freePorts(1)];
    const record = aRecord(port);
    await start(record, serving(port));

    expect(look(record)).toMatchObject({ state: 'starting', message: null });
    await reaches(record, 'ready');
    expect(readFileSync(outputFile(), 'utf8')).toContain('up');
  });

  it('without a health check is ready when it stays up', async () => {
    const record = aRecord(null);
    await start(record, 'exec sleep 60');

    expect(look(record).state).toBe('starting');
    await reaches(record, 'ready');
  });

  it('that answers badly for long is unready, with the reason, and ready again after', async () => {
    const port = await freePorts(1);
    const record = aRecord(port);
    await start(record, serving(port));
    await reaches(record, 'ready');

    await start(aRecord(null), 'printf 503 > status');
    expect(await reaches(record, 'unready')).toMatchObject({ message: 'its health check fails: status 503' });
    await rm(join(directory, 'status'));

    expect(await reaches(record, 'ready')).toMatchObject({ message: null });
  });

  it.each([
    ['exit 7', 'it ended with exit status 7'],
    ['kill -9 $$', 'it ended by signal 9'],
    ['no-such-program', 'it ended with exit status 127'],
  ])('that ends says how: %s', async (command, message) => {
    const record = aRecord(null);
    await start(record, command);

    expect(await reaches(record, 'exited')).toMatchObject({ message, failures: 1 });
  });

  it('counts how often it ended without having been well, and begins at one after it was', async () => {
    const record = aRecord(null);
    for (const failures of [1, 2, 3]) {
      await start(record, 'exit 1');
      expect(await reaches(record, 'exited')).toMatchObject({ failures });
    }
    await start(record, 'exec sleep 60');
    await reaches(record, 'ready');
    await runtime.stop(record, 0);

    const later = runtime.observe({
      record,
      module: worker,
      inFlight: 0,
      now: Date.now() + 61_000,
      onChange: () => undefined,
    });

    expect(later).toMatchObject({ state: 'exited', failures: 1 });
  });

  it('sees exactly the environment that it is given', async () => {
    const record = aRecord(null);
    await start(record, ['/usr/bin/env'], { GREETING: 'hello' });
    await reaches(record, 'exited');

    const names = readFileSync(outputFile(), 'utf8')
      .split('\n')
      .map((line) => line.split('=')[0])
      .filter((name) => name !== '' && name !== 'PWD' && name !== '_' && name !== 'SHLVL' && name !== 'OLDPWD');
    expect(new Set(names)).toEqual(new Set(['PATH', 'GREETING']));
  });
});

const isRoot = process.getuid?.() === 0;

describe.runIf(isRoot)('an instance with an account of its own', () => {
  const account = { uid: 219_990, gid: 219_990 };

  it('runs as that account, with its environment, and nothing that root may', async () => {
    const record = aRecord(null);
    const odd = `it's "odd" $HOME \`id\`\nsecond line`;
    await start(
      record,
      'id; printf "%s" "$ODD" | od -c | tail -1; grep -E "CapEff|CapBnd|NoNewPrivs" /proc/self/status; printf "%s|" "$ODD"; cat /etc/shadow',
      { ODD: odd },
      account,
    );
    await reaches(record, 'exited');

    const output = readFileSync(outputFile(), 'utf8');
    expect(output).toContain('uid=219990 gid=219990 groups=219990');
    expect(output).toMatch(/CapEff:\s+0+\n/);
    expect(output).toMatch(/CapBnd:\s+0+\n/);
    expect(output).toMatch(/NoNewPrivs:\s+1/);
    expect(output).toContain(`${odd}|`);
    expect(output).toContain('/etc/shadow: Permission denied');
  });

  it('says how it ended, is stopped like any other, and cannot touch who records it', async () => {
    const ending = aRecord(null);
    await start(ending, 'exit 7', {}, account);
    expect(await reaches(ending, 'exited')).toMatchObject({ message: 'it ended with exit status 7' });

    const record = aRecord(null);
    await start(record, `kill -9 $PPID; echo "status $?"; exec sleep 60`, {}, account);
    await waitUntil('the attempt', () => readFileSync(outputFile(), 'utf8').includes('status 1'), 10);
    expect(isAlive(record.identity as never)).toBe(true);
    await runtime.stop(record, 5000);

    expect(look(record).message).toBe('it ended by signal 15');
  });

  it('cannot choose by its environment what runs as root', async () => {
    const record = aRecord(null);
    const trap = join(directory, 'trap');
    await start(
      aRecord(null),
      `mkdir '${trap}'; for name in mv setpriv cat sh; do printf '#!/bin/sh\nid -u >>"${trap}/ran"\n' > "${trap}/$name"; chmod 755 "${trap}/$name"; done`,
    );
    await waitUntil('the trap', () => existsSync(join(trap, 'sh')), 10);
    await start(
      record,
      'exit 0',
      { PATH: `${trap}:/usr/bin:/bin`, ENV: join(trap, 'sh'), BASH_ENV: join(trap, 'sh') },
      account,
    );
    await reaches(record, 'exited');

    expect(existsSync(join(trap, 'ran')) && readFileSync(join(trap, 'ran'), 'utf8').includes('0\n')).toBe(false);
  });

  it('shows its environment to no other account', async () => {
    const record = aRecord(null);
    await start(record, 'exec sleep 60', { SECRET_WORD: 'xyzzy' }, account);
    await reaches(record, 'ready');
    const spy = `for file in /proc/[0-9]*/environ /proc/[0-9]*/cmdline; do cat "$file" 2>/dev/null | tr '\\0' '\\n'; done | grep -c xyzz[y]`;
    const seenBy = async (uid: number) => {
      const spying = aRecord(null);
      await rm(outputFile(), { force: true });
      await start(spying, spy, {}, { uid, gid: uid });
      await reaches(spying, 'exited');
      return Number(readFileSync(outputFile(), 'utf8'));
    };

    expect(await seenBy(account.uid)).toBeGreaterThan(0);
    expect(await seenBy(account.uid + 1)).toBe(0);
  });
});

describe('an instance where there are no control groups', () => {
  it('is ended when it is seen with more memory than it may have, and says so', async () => {
    const record = aRecord(null);
    await start(record, [
      process.execPath,
      '-e',
      'const kept = Buffer.alloc(150_000_000, 1); setInterval(() => kept[0], 1000)',
    ]);
    await reaches(record, 'ready');

    await runtime.boundMemory([{ record, bytes: 10_000_000_000 }]);
    expect(look(record).state).toBe('ready');
    const later = createProcessRuntime({ directory });
    await later.boundMemory([{ record, bytes: 100_000_000 }]);

    expect(await reaches(record, 'exited', later)).toMatchObject({
      message: 'it ended: it used more memory than its module may',
    });
  });
});

const groups = isRoot ? await openControlGroups() : undefined;

describe.runIf(groups !== undefined)('an instance with limits', () => {
  const account = { uid: 219_992, gid: 219_992 };

  async function startLimited(command: string[], limits: ResourceLimits): Promise<InstanceRecord> {
    runtime = createProcessRuntime({ directory, groups });
    const record = aRecord(null);
    await runtime.start({
      record,
      command,
      directory: '/',
      environment: { PATH: '/usr/bin:/bin' },
      outputFile: join(directory, 'output.log'),
      account,
      limits,
    });
    return record;
  }

  it('is ended by the kernel when it takes more memory, and says so', async () => {
    const eat = 'a=x; while :; do a=$a$a; done';
    const record = await startLimited(['/bin/sh', '-c', eat], { memory: 50_000_000 });

    expect(await reaches(record, 'exited')).toMatchObject({
      message: 'it ended: it used more memory than its module may',
    });
    await runtime.forget(record);
    expect(groups?.of(record.id).files.filter((file) => existsSync(file))).toEqual([]);
  });

  it('takes what fled from it along when it is forgotten', async () => {
    const record = await startLimited(['/bin/sh', '-c', 'setsid sleep 300 & echo "child $!"; sleep 0.2; exit 0'], {});
    await reaches(record, 'exited');
    const child = /child (\d+)/.exec(readFileSync(join(directory, 'output.log'), 'utf8'))?.[1] ?? '';
    expect(existsSync(`/proc/${child}`)).toBe(true);

    await runtime.forget(record);

    await waitUntil('the child to end', () => !existsSync(`/proc/${child}`) || zombie(child), 5);
  });

  it('gets no more of the processor than it may', async () => {
    const record = await startLimited(['/bin/sh', '-c', 'while :; do :; done'], { cpu: 0.2 });
    await reaches(record, 'ready');
    const child = () =>
      Number(
        readFileSync(`/proc/${record.identity?.pid}/task/${record.identity?.pid}/children`, 'utf8')
          .trim()
          .split(' ')[0],
      );
    const ticks = () => {
      const stat = readFileSync(`/proc/${child()}/stat`, 'utf8');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[11]);
    };
    const [before, startedAt] = [ticks(), performance.now()];

    await waitUntil('two seconds to pass', () => performance.now() - startedAt > 2000, 5);

    const share = ((ticks() - before) * 10) / (performance.now() - startedAt);
    expect(share).toBeLessThan(0.4);
    await runtime.stop(record, 0);
    await runtime.forget(record);
  });
});

describe('stopping an instance', () => {
  it('asks it first, and lets it end by itself', async () => {
    const record = aRecord(null);
    await start(record, "trap 'echo bye; exit 0' TERM; echo set; while :; do sleep 0.05; done");
    await waitUntil('the trap', () => readFileSync(outputFile(), 'utf8').includes('set'), 10);

    await runtime.stop(record, 10_000);

    expect(readFileSync(outputFile(), 'utf8')).toContain('bye');
    expect(look(record).message).toBe('it ended with exit status 0');
  });

  it('kills what does not listen, with all that it started', async () => {
    const record = aRecord(null);
    await start(record, `trap '' TERM; sleep 300 & echo "child $!"; wait; wait; sleep 300`);
    const child = await waitUntil(
      'the child',
      () => /child (\d+)/.exec(existsSync(outputFile()) ? readFileSync(outputFile(), 'utf8') : '')?.[1],
      10,
    );

    await runtime.stop(record, 200);

    expect(isAlive(record.identity as never)).toBe(false);
    await waitUntil('the child to end', () => !existsSync(`/proc/${child}`) || zombie(child), 5);
  });

  it('lets what it started end by itself too, although the one that started it has ended', async () => {
    const record = aRecord(null);
    const slow = `trap 'sleep 1; echo bye; exit 0' TERM; echo set; while :; do sleep 0.05; done`;
    await start(record, `sh -c "${slow}" & wait`);
    await waitUntil('the trap', () => readFileSync(outputFile(), 'utf8').includes('set'), 10);

    await runtime.stop(record, 10_000);

    expect(readFileSync(outputFile(), 'utf8')).toContain('bye');
  });

  it('kills what it started and does not listen, although the one that started it has ended', async () => {
    const record = aRecord(null);
    await start(record, `sh -c "trap '' TERM; echo child \\$\\$; while :; do sleep 0.05; done" & wait`);
    const child = await waitUntil(
      'the child',
      () => /child (\d+)/.exec(existsSync(outputFile()) ? readFileSync(outputFile(), 'utf8') : '')?.[1],
      10,
    );

    await runtime.stop(record, 500);

    await waitUntil('the child to end', () => !existsSync(`/proc/${child}`) || zombie(child), 5);
  });

  it('of a process that has ended long ago touches nobody else', async () => {
    const record = aRecord(null);
    await start(record, 'exit 0');
    await reaches(record, 'exited');
    const other = aRecord(null);
    await start(other, 'exec sleep 60');
    // The number is another's by now: only together with the start time does it mean the instance.
    record.identity = { pid: other.identity?.pid ?? 0, startTime: record.identity?.startTime ?? '' };

    await runtime.stop(record, 0);

    expect(isAlive(other.identity as never)).toBe(true);
  });
});

describe('a later agent', () => {
  it('finds the instances of an earlier one, and what they are', async () => {
    const port = await freePorts(1);
    const record = aRecord(port);
    await start(record, serving(port));
    await reaches(record, 'ready');
    const kept: InstanceRecord = JSON.parse(JSON.stringify(record));

    const later = createProcessRuntime({ directory });

    expect((await reaches(kept, 'ready', later)).failures).toBe(0);
  });

  it('learns how one ended while nobody looked', async () => {
    const record = aRecord(null);
    await start(record, 'sleep 0.2; exit 9');
    const later = createProcessRuntime({ directory });

    expect(await reaches(record, 'exited', later)).toMatchObject({ message: 'it ended with exit status 9' });
  });

  it('finds the process of a start that was never written down', async () => {
    const record = aRecord(null);
    await start(record, 'exec sleep 60');
    const { identity } = record;
    record.identity = null;

    createProcessRuntime({ directory }).recover(record);

    expect(record.identity).toEqual(identity);
  });
});

function zombie(pid: string): boolean {
  return / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}
