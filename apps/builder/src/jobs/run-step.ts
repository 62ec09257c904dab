import type { Account } from '@almanac/host';
import type { Command, Evidence } from '@almanac/protocol';
import { type CommandEnd, type CommandLimits, runCommand } from '../build/run-command.ts';
import type { ChildRecords } from './child-records.ts';
import { failed, JobFault } from './job-fault.ts';
import type { JobSession } from './job-session.ts';

/** Runs the build or test command of a module with its output in the log; throws a fault unless it exits with 0. */
export async function runStep(input: {
  readonly step: 'build' | 'test';
  readonly command: Command;
  readonly session: JobSession;
  readonly module: string;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly limits: CommandLimits;
  readonly account: Account | undefined;
  readonly children: ChildRecords;
  readonly evidence?: () => Promise<readonly Evidence[]>;
}): Promise<void> {
  const { session, step, module, limits } = input;
  const shown = typeof input.command === 'string' ? input.command : input.command.join(' ');
  session.log(`\n${module}: ${step}  $ ${shown}\n`);
  const startedAt = performance.now();
  const decoder = new TextDecoder();
  let forget: () => Promise<void> = async () => {};
  const end = await runCommand({
    command: input.command,
    directory: input.folder,
    environment: input.environment,
    limits,
    signal: session.signal,
    account: input.account,
    onOutput: (chunk) => session.log(decoder.decode(chunk, { stream: true })),
    onStarted: (group) => {
      forget = input.children.remember(group);
    },
  });
  await forget();
  session.log(`${module}: ${step} ${wordFor(end)} after ${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`);
  if (end.kind === 'exited' && end.code === 0) return;
  session.signal.throwIfAborted();
  const fault = faultOf({ end, step, module, shown, limits });
  throw new JobFault(fault.fault, { evidence: (await input.evidence?.()) ?? [] });
}

function wordFor(end: CommandEnd): string {
  if (end.kind === 'exited') return end.code === 0 ? 'succeeded' : `failed with exit status ${end.code}`;
  if (end.kind === 'killed') return `was ended by ${end.signal}`;
  return end.kind.replaceAll('-', ' ');
}

function faultOf(input: {
  readonly end: CommandEnd;
  readonly step: 'build' | 'test';
  readonly module: string;
  readonly shown: string;
  readonly limits: CommandLimits;
}): JobFault {
  const { end, step, module, shown, limits } = input;
  const what = `the ${step} of module ${module} (${shown})`;
  switch (end.kind) {
    case 'exited':
      return failed(
        step === 'test' ? 'tests-failed' : 'command-failed',
        `${what} ended with exit status ${end.code}; its log says why`,
        { module },
      );
    case 'killed':
      return failed('command-failed', `${what} was ended by ${end.signal}`, { module });
    case 'timed-out':
      return failed('timed-out', `${what} took more than ${limits.seconds} seconds and was stopped`, { module });
    case 'output-too-large':
      return failed('output-too-large', `${what} printed more than ${limits.outputBytes} bytes and was stopped`, {
        module,
      });
    case 'out-of-memory':
      return failed('out-of-memory', `${what} used more than ${limits.memoryBytes} bytes of memory and was stopped`, {
        module,
      });
    case 'not-started':
      return failed('command-failed', `${what} could not be started: ${end.detail}`, { module });
    case 'cancelled':
      return new JobFault({ outcome: 'cancelled', code: 'cancelled', detail: 'the build was cancelled' });
  }
}
