import { enterStep, nextStep, releaseHold } from './enter-step.ts';
import { indexOfAll } from './progression.ts';
import { failRollout } from './readiness.ts';
import type { Rollout, RolloutCommand, Stepping } from './rollout.ts';

const underWay = new Set<Rollout['phase']>(['migrating', 'stepping', 'progressing', 'verifying']);

/**
 * Carries out what a person last asked, once. A command for another operation than the candidate does nothing; one that
 * comes before the steps do waits for them.
 */
export function takeCommand(rollout: Rollout, command: RolloutCommand | null, now: number): Rollout {
  if (command === null || command.number <= rollout.commanded) return rollout;
  if (command.operation !== rollout.candidate?.operation) return rollout;
  const done: Rollout = { ...rollout, commanded: command.number };
  if (command.kind === 'abort')
    return underWay.has(rollout.phase) ? failRollout(done, said('called off', command), now) : rollout;
  if (rollout.phase !== 'stepping' || rollout.stepping === null) return rollout;
  const { stepping } = rollout;
  switch (command.kind) {
    case 'pause':
      return { ...done, stepping: { ...stepping, hold: heldBy(stepping, command, now) } };
    case 'resume':
      return releaseHold(done, now);
    case 'skip':
      return stepping.step === command.step ? nextStep(done, now) : done;
    case 'promote':
      return promote(done, stepping, now);
  }
}

/** A rollout that waits already goes on waiting for the same. */
function heldBy(stepping: Stepping, command: RolloutCommand, now: number): Stepping['hold'] {
  return stepping.hold ?? { cause: 'person', reason: said('paused', command), since: now };
}

/** Straight to the step that gives the candidate all requests. */
function promote(rollout: Rollout, stepping: Stepping, now: number): Rollout {
  const steps = rollout.candidate?.progression?.steps ?? [];
  const promoted = { ...rollout, stepping: { ...stepping, promoted: true } };
  return enterStep(promoted, Math.max(stepping.step, indexOfAll(steps)), now);
}

function said(what: string, command: RolloutCommand): string {
  return `${what} by ${command.by}${command.reason === '' ? '' : `: ${command.reason}`}`;
}
