import { readFile } from 'node:fs/promises';
import { parseRolloutStrategy, type RolloutStrategy } from '@almanac/protocol';
import { CommandError } from '../../output/report-error.ts';

/** Every way in which the option for it takes a strategy. */
export const strategyForms =
  'rolling, recreate, blue-green, canary:10%,5m,50%,wait, or @file with what stands below rollout: in a manifest';

/** Reads how a version is to take over; `option` is named where it is none. */
export async function readStrategy(given: {
  readonly option: string;
  readonly text: string;
}): Promise<RolloutStrategy> {
  const { option, text } = given;
  const file = text.startsWith('@') ? text.slice(1) : undefined;
  const parsed = parseRolloutStrategy(file === undefined ? text : await readFile(file, 'utf8'));
  if (parsed.ok) return parsed.value;
  const faults = parsed.faults.map(
    (each) => `  ${file === undefined ? '' : `${each.line}:${each.column}  `}${each.path}: ${each.detail}`,
  );
  const about = file === undefined ? `${option} takes ${strategyForms}; ${text} is none of them` : `${file} has faults`;
  throw new CommandError(`${about}:\n${faults.join('\n')}`);
}

/** Strategies by the application that they are for. */
export async function readStrategies(given: readonly string[]): Promise<Map<string, RolloutStrategy>> {
  const strategies = new Map<string, RolloutStrategy>();
  for (const each of given) {
    const [, application, text] = /^([^=]+)=(.+)$/s.exec(each) ?? [];
    if (application === undefined || text === undefined)
      throw new CommandError(`--rollout takes application=strategy, not ${each}`);
    strategies.set(application, await readStrategy({ option: '--rollout', text }));
  }
  return strategies;
}
