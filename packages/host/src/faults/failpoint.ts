import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The places at which a test can let a process fail: before and after each thing that must not be half done. The name
 * says of what, and on which side of it.
 */
export const failpoints = [
  // Server
  'command-before-commit',
  'command-after-commit',
  'artifact-before-rename',
  'artifact-after-rename',
  'document-before-push',
  'report-before-save',
  'report-after-save',
  'migration-before',
  'migration-after',
  'rotation-before-step',
  'rotation-after-step',
  'notification-before-send',
  'notification-after-send',
  'signing-keys-before-commit',
  'server-keys-before-push',
  'server-keys-before-noted',
  'server-keys-after-noted',
  // Agent
  'desired-before-write',
  'desired-after-write',
  'server-keys-before-write',
  'server-keys-after-write',
  'journal-before-write',
  'journal-after-write',
  'release-before-rename',
  'release-after-rename',
  'instance-before-start',
  'instance-after-start',
  'instance-before-stop',
  'instance-after-stop',
  'step-before-start',
  'step-after-start',
  'step-before-end',
  'step-after-end',
  'gateway-before-apply',
  'gateway-after-apply',
  'database-before-create',
  'database-after-create',
  // Builder
  'job-after-claim',
  'job-before-upload',
  'job-after-upload',
  'job-before-complete',
  'job-after-complete',
] as const;
export type Failpoint = (typeof failpoints)[number];

type Action = 'kill' | 'error' | { readonly pauseMs: number };

interface Armed {
  readonly name: Failpoint;
  readonly action: Action;
  /** It fires when it is reached for the so manieth time. */
  count: number;
}

/** What a failpoint with the action `error` throws. */
export class FailpointError extends Error {
  constructor(name: Failpoint) {
    super(`the failpoint ${name} fired`);
    this.name = 'FailpointError';
  }
}

/**
 * Reads `name:action:count`; actions are `kill`, `error`, and `pause-MS`, which stops the whole process.
 *
 * @throws {Error} when there is no such failpoint or action: a fault that never fires proves nothing
 */
export function readFailpoint(text: string): Armed {
  const [given = '', action = '', count = '1'] = text.split(':');
  const name = failpoints.find((each) => each === given);
  const pause = /^pause-(\d+)$/.exec(action)?.[1];
  const times = Number(count);
  if (name === undefined) throw new Error(`there is no failpoint ${given}`);
  if (!Number.isInteger(times) || times < 1) throw new Error(`a failpoint fires at the 1st, 2nd … time, not ${count}`);
  if (action === 'kill' || action === 'error') return { name, action, count: times };
  if (pause === undefined) throw new Error(`a failpoint does kill, error or pause-MS, not ${action}`);
  return { name, action: { pauseMs: Number(pause) }, count: times };
}

const { ALMANAC_FAILPOINT: setting, ALMANAC_FAILPOINT_FIRED: evidence } = process.env;
const armed = setting === undefined ? undefined : readFailpoint(setting);

/**
 * Marks a place; does nothing unless `ALMANAC_FAILPOINT` names it. With `ALMANAC_FAILPOINT_FIRED`, a folder, it leaves
 * a file of its name there, and fires only once, however often the process is started again.
 */
export function failpoint(name: Failpoint): void {
  if (armed?.name !== name) return;
  armed.count -= 1;
  if (armed.count !== 0 || !leaveEvidence(name)) return;
  if (armed.action === 'error') throw new FailpointError(name);
  if (armed.action === 'kill') process.kill(process.pid, 'SIGKILL');
  // Nothing of this process happens meanwhile; after a kill, nothing at all.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, armed.action === 'kill' ? 60_000 : armed.action.pauseMs);
}

function leaveEvidence(name: Failpoint): boolean {
  if (evidence === undefined) return true;
  try {
    closeSync(openSync(join(evidence, name), 'wx'));
    return true;
  } catch {
    return false;
  }
}
