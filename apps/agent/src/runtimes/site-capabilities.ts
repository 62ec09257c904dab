import { postgresFault } from '@almanac/host';
import { answerSkills, type RolloutStrategy, type SiteReport } from '@almanac/protocol';
import { availableToolchains } from './instance-environment.ts';

/** A strategy that the protocol knows and this agent does not carry out would not compile. */
const strategies = {
  recreate: true,
  rolling: true,
  canary: true,
  'blue-green': true,
} as const satisfies Record<RolloutStrategy['strategy'], true>;

/** What sites of this machine can do, so that a plan is told before it starts what they cannot. */
export async function siteCapabilities(): Promise<SiteReport['capabilities']> {
  return {
    toolchains: [...availableToolchains],
    connections: (await postgresFault()) === undefined ? ['postgres'] : [],
    strategies: Object.keys(strategies),
    answers: [...answerSkills],
  };
}
