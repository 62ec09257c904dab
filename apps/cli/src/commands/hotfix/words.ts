import type { Hotfix } from '@almanac/protocol';
import type { Terminal } from '../../output/terminal.ts';
import { ago, healthMark } from '../../output/words.ts';

const health = { contained: 'healthy', missing: 'warning', absent: 'unknown' } as const;

/** Where the fix is and where not, in path order. */
export function placeWords(terminal: Terminal, hotfix: Hotfix): string {
  return hotfix.places
    .toReversed()
    .map(({ environment, presence }) => `${healthMark(terminal, health[presence])} ${environment.name}`)
    .join('  ');
}

const presenceWords = {
  contained: { ancestry: 'has it', patches: 'has its changes, under other commits' },
  missing: 'does not have it',
  absent: 'does not run it',
} as const;

/** A hotfix for people, with what comes next. */
export function hotfixLines(input: {
  readonly terminal: Terminal;
  readonly hotfix: Hotfix;
  readonly now: number;
}): readonly string[] {
  const { terminal, hotfix, now } = input;
  return [
    `Hotfix ${hotfix.number} of ${hotfix.application.name} for ${hotfix.environment.name}: ${hotfix.state}`,
    `  of       ${hotfix.base.label} (${hotfix.base.commit.slice(0, 10)})`,
    `  branch   ${hotfix.branch}${hotfix.tip === hotfix.base.commit ? '' : ` at ${hotfix.tip.slice(0, 10)}`}`,
    ...(hotfix.build === null ? [] : [`  build    ${hotfix.build.label}`]),
    `  by       ${hotfix.startedBy}, ${ago(hotfix.startedAt, now)}`,
    ...(hotfix.notes === '' ? [] : [`  notes    ${hotfix.notes}`]),
    ...hotfix.places
      .toReversed()
      .map(
        ({ environment, presence, how }) =>
          `  ${healthMark(terminal, health[presence])} ${environment.name} ${presence === 'contained' ? presenceWords.contained[how ?? 'ancestry'] : presenceWords[presence]}`,
      ),
    `Next: ${hotfix.next}`,
  ];
}
