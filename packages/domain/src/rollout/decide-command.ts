import { refuse } from '../refusal/refusal.ts';
import type { RolloutCommand } from './rollout.ts';

/** What a site says of the rollout that a command is for. */
export interface SiteRollout {
  readonly phase: string;
  /** The index of its step; null where it has none. */
  readonly step: number | null;
  readonly waits: boolean;
}

const underWay = new Set(['pulling', 'migrating', 'stepping', 'progressing', 'verifying']);

/** Refuses what no site could carry out; it throws with what there is to do instead. */
export function decideCommand(
  command: Pick<RolloutCommand, 'kind' | 'step'>,
  input: {
    readonly application: string;
    /** The name of the only site that it is for; null for all of them. */
    readonly site: string | null;
    readonly sites: readonly SiteRollout[];
  },
): void {
  const { sites } = input;
  const application = input.site === null ? input.application : `${input.application} on ${input.site}`;
  const stepping = sites.filter((each) => each.phase === 'stepping');
  if (command.kind === 'abort') {
    if (!sites.some((each) => underWay.has(each.phase)))
      refuse('nothing-to-do', `no rollout of ${application} is under way; roll back to what ran before instead`);
    return;
  }
  if (stepping.length === 0) refuse('nothing-to-do', `no rollout of ${application} is taking steps`);
  if (command.kind === 'resume' && !stepping.some((each) => each.waits))
    refuse('nothing-to-do', `the rollout of ${application} waits for nobody`);
  if (command.kind === 'pause' && stepping.every((each) => each.waits))
    refuse('nothing-to-do', `the rollout of ${application} waits already`);
  if (command.kind === 'skip' && !stepping.some((each) => each.step === command.step))
    refuse(
      'wrong-state',
      input.site === null
        ? `no site is at step ${(command.step ?? 0) + 1} of the rollout of ${application} any more`
        : `the rollout of ${application} is not at step ${(command.step ?? 0) + 1} any more`,
    );
}
