import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { judgeStep, type StepEvidence } from '@almanac/domain';
import {
  type Account,
  type ControlGroup,
  findRecorded,
  isAlive,
  type Mask,
  spawnRecorded,
  stopGroup,
  syncDirectory,
} from '@almanac/host';
import type { Command } from '@almanac/protocol';
import type { StepRecord } from '../journal/journal.ts';
import { readMasked } from '../logs/module-log.ts';

const outputTail = 8000;

/** Where the steps of a site leave their output and how they ended, in a folder of each. */
export function stepsDirectory(site: string): string {
  return join(site, 'steps');
}

/** The state of a step for others: one that waits for its next try is under way. */
export function toldState({ state }: StepRecord): 'running' | 'succeeded' | 'failed' {
  return state === 'waiting' ? 'running' : state;
}

/**
 * Makes room for a step that begins: what an earlier run of the same name left behind would count as its end. To be called
 * before the intention to run it is durable; an agent that dies between the intention and the start then finds nothing.
 */
export async function makeRoomForStep(input: {
  readonly record: Pick<StepRecord, 'id'>;
  readonly directory: string;
}): Promise<void> {
  const home = join(input.directory, input.record.id);
  await rm(home, { recursive: true, force: true });
  await mkdir(home, { recursive: true, mode: 0o700 });
  await syncDirectory(input.directory);
}

/** Removes what steps left behind that nobody knows any more. */
export async function collectSteps(directory: string, known: ReadonlySet<string>): Promise<void> {
  if (!existsSync(directory)) return;
  for (const name of await readdir(directory))
    if (!known.has(name)) await rm(join(directory, name), { recursive: true, force: true });
}

/** Runs a step, for which there is room, as a process of its own that outlives the agent; its end is on disk. */
export async function startStep(input: {
  readonly record: StepRecord;
  readonly directory: string;
  readonly command: Command;
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly account: Account | undefined;
  /** The control group that limits it, where there are any. */
  readonly group: ControlGroup | undefined;
}): Promise<void> {
  const home = join(input.directory, input.record.id);
  const [program = '', ...args] = typeof input.command === 'string' ? ['/bin/sh', '-c', input.command] : input.command;
  input.record.identity = await spawnRecorded({
    command: program,
    args,
    directory: input.cwd,
    environment: input.environment,
    outputFile: join(home, 'output.log'),
    statusFile: join(home, 'status'),
    account: input.account,
    group: input.group,
  });
}

/**
 * Looks at a step that runs. A step whose process is gone without a status was interrupted together with the machine
 * or killed: `interrupted` means that it is to be run again.
 */
export async function lookAtStep(input: {
  readonly record: StepRecord;
  readonly directory: string;
  readonly now: number;
  /** Blackens the secrets that the step was given, which it may print. */
  readonly mask: () => Promise<Mask>;
}): Promise<'running' | 'ended' | 'interrupted'> {
  const { record, now } = input;
  const home = join(input.directory, record.id);
  const statusFile = join(home, 'status');
  const evidence = (): StepEvidence => ({
    exitCode: existsSync(statusFile) ? Number(readFileSync(statusFile, 'utf8').trim()) : null,
    alive: record.identity !== null && isAlive(record.identity),
    startedAt: record.startedAt,
  });
  // An agent that died right after the start did not note whom it started, and a step must not run twice at once.
  record.identity ??= findRecorded(statusFile) ?? null;
  const first = judgeStep(evidence(), now);
  // Its status may have been written between the two looks at the disk and at the process.
  const look = first.kind === 'interrupted' ? judgeStep(evidence(), now) : first;
  if (look.kind === 'running' || look.kind === 'interrupted') return look.kind;
  if (look.kind === 'overdue' && record.identity !== null) await stopGroup(record.identity, { graceMs: 5000 });
  record.output = `${await tail(join(home, 'output.log'), await input.mask())}${look.remark}`;
  record.state = look.state;
  record.endedAt = now;
  return 'ended';
}

async function tail(file: string, mask: Mask): Promise<string> {
  const info = await stat(file).catch(() => undefined);
  if (info === undefined) return '';
  const length = Math.min(outputTail, info.size);
  return (await readMasked(file, { start: info.size - length, length, mask, isEnd: false })).text;
}
