import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createClient } from '@almanac/client';
import { addApplication, startEstate } from '@almanac/testkit';
import { startWriters } from './acknowledgements.ts';
import { startEffects } from './effects.ts';

const repository = join(import.meta.dirname, '..', '..');
const run = promisify(execFile);

/** In memory: a disk of its own, of which what was not synced is not yet on it. */
const memory = '/dev/shm';
const imageBytes = 1024 ** 3;

export interface PowerCutSummary {
  readonly cuts: number;
  readonly acknowledged: number;
  /** Saved states of the agent's journal that were acknowledged. */
  readonly saved: number;
  /** What was acknowledged before a cut and is not there after it, in words. */
  readonly wrong: readonly string[];
}

/** What is missing here for cutting the power; empty where it can be done. */
export function powerCutNeeds(): readonly string[] {
  const missing = ['/usr/sbin/mkfs.ext4', '/usr/sbin/losetup'].filter((program) => !existsSync(program));
  return [
    ...(process.getuid?.() === 0 ? [] : ['root']),
    ...(existsSync(memory) ? [] : [memory]),
    ...(existsSync('/dev/loop-control') ? [] : ['loop devices']),
    ...missing,
  ];
}

/**
 * Runs an estate and a writer of the agent's journal on a disk that is an image in memory. A cut copies the image while
 * they work: what the kernel still kept in its cache is not in the copy. The copy is mounted, a server is started on it,
 * and what was acknowledged before the cut must be there.
 */
export async function cutPower(input: {
  readonly cuts: number;
  readonly root?: string;
  /** Ends after the first loss: enough to show that losses are seen. */
  readonly untilWrong?: boolean;
  readonly onCut?: (cut: number, wrong: readonly string[]) => void;
}): Promise<PowerCutSummary> {
  const root = input.root ?? repository;
  const directory = await mkdtemp(join(memory, 'almanac-power-'));
  await chmod(directory, 0o711);
  const [image, disk] = [join(directory, 'disk.img'), join(directory, 'disk')];
  await writeFile(image, '');
  await truncate(image, imageBytes);
  await run('/usr/sbin/mkfs.ext4', ['-q', '-F', '-m', '0', image]);
  await mkdir(disk);
  await run('mount', ['-o', 'loop', image, disk]);
  const effects = await startEffects(directory);
  await mkdir(join(disk, 'estate'), { mode: 0o711 });
  await chmod(disk, 0o711);
  const estate = await startEstate(undefined, { root, directory: join(disk, 'estate') });
  const journal = startJournal(root, join(disk, 'journal'));
  const wrong: string[] = [];
  try {
    await addApplication(estate.client, effects.repository.path);
    const writes = startWriters(estate.client, 4);
    let cut = 0;
    while (cut < input.cuts && !(input.untilWrong === true && wrong.length > 0)) {
      await pause(300 + Math.random() * 300);
      const [acknowledged, saved] = [writes.acknowledged(), journal.saved()];
      await atOneMoment(disk, () => run('cp', ['--sparse=always', image, `${image}.cut`]));
      const lost = await lookAtCopy({ directory, root, acknowledged, saved });
      cut += 1;
      wrong.push(...lost.map((each) => `cut ${cut}: ${each}`));
      input.onCut?.(cut, lost);
    }
    await writes.stop();
    return { cuts: cut, acknowledged: writes.totals().acknowledged, saved: journal.saved(), wrong };
  } finally {
    await journal.stop();
    await estate.stop();
    await effects.stop();
    await run('umount', ['--lazy', disk]);
    await rm(directory, { recursive: true, force: true });
  }
}

/** Whoever works on the disk stands still meanwhile: a copy of what changes would be of no moment at all. */
async function atOneMoment(disk: string, work: () => Promise<unknown>): Promise<void> {
  const working = processesOn(disk);
  const signal = (name: NodeJS.Signals) => {
    for (const pid of working) {
      try {
        process.kill(pid, name);
      } catch {
        // It ended meanwhile.
      }
    }
  };
  signal('SIGSTOP');
  try {
    await work();
  } finally {
    signal('SIGCONT');
  }
}

/** Every process that was started for something on the disk, or stands there as PostgreSQL's do. */
function processesOn(disk: string): readonly number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .filter((entry) => {
      try {
        const place = `/proc/${entry}`;
        const words = readFileSync(`${place}/cmdline`, 'utf8') + readFileSync(`${place}/environ`, 'utf8');
        return words.includes(`${disk}/`) || readlinkSync(`${place}/cwd`).startsWith(`${disk}/`);
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** Writes the agent's own journal again and again in a process of its own, which tells each state that was saved. */
function startJournal(
  root: string,
  directory: string,
): { readonly saved: () => number; readonly stop: () => Promise<void> } {
  const child: ChildProcess = spawn(
    process.execPath,
    [join(import.meta.dirname, 'write-journal.ts'), join(root, 'apps/agent/src/journal/journal.ts'), directory],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let saved = 0;
  let rest = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    saved = Number(lines.at(-1) ?? saved);
  });
  return {
    saved: () => saved,
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Mounts what was on the disk when the power went, starts a server there, and says what is missing. */
async function lookAtCopy(input: {
  readonly directory: string;
  readonly root: string;
  readonly acknowledged: ReadonlyMap<string, number>;
  readonly saved: number;
}): Promise<readonly string[]> {
  const copy = join(input.directory, 'copy');
  await mkdir(copy, { recursive: true });
  await run('mount', ['-o', 'loop', join(input.directory, 'disk.img.cut'), copy]);
  try {
    return [...(await lostByJournal(copy, input.saved)), ...(await lostByServer({ ...input, copy }))];
  } finally {
    await run('umount', [copy]);
  }
}

async function lostByJournal(copy: string, saved: number): Promise<readonly string[]> {
  if (saved === 0) return [];
  const text = await readFile(join(copy, 'journal', 'journal.json'), 'utf8').catch(() => '');
  const found = Number(/"revision":(\d+)\}\}$/.exec(text)?.[1] ?? 0);
  return found >= saved ? [] : [`the journal says ${found}, ${saved} was saved`];
}

async function lostByServer(input: {
  readonly copy: string;
  readonly root: string;
  readonly acknowledged: ReadonlyMap<string, number>;
}): Promise<readonly string[]> {
  const data = join(input.copy, 'estate', 'data');
  // These name processes that the cut would have ended.
  for (const file of ['server.lock', 'postgres/postmaster.pid']) await rm(join(data, file), { force: true });
  const server = spawn(process.execPath, [join(input.root, 'apps/server/src/main.ts')], {
    env: { ...process.env, ALMANAC_PORT: '0', ALMANAC_DATA: data, ALMANAC_BOOTSTRAP_TOKENS: join(data, 'tokens') },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(server, 'exit');
  try {
    let answer = '';
    for await (const chunk of server.stdout) {
      answer += String(chunk);
      if (answer.includes('\n')) break;
    }
    const { url, refused } = JSON.parse(answer.split('\n')[0] ?? '{}');
    if (url === undefined) return [`the server does not start: ${refused}`];
    const token = (await readFile(join(data, 'tokens', 'launcher'), 'utf8')).trim();
    const { settings } = await createClient({ baseUrl: url, token }).listSettings({
      params: { application: 'effects' },
    });
    const found = new Map(settings[0]?.values.map((each) => [each.selector, Number(each.value)]));
    return [...input.acknowledged]
      .filter(([selector, least]) => (found.get(selector) ?? 0) < least)
      .map(([selector, least]) => `${selector}: ${found.get(selector) ?? 0} is there, ${least} was acknowledged`);
  } finally {
    server.kill('SIGTERM');
    await ended;
  }
}
