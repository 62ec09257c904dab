import type { FactDifferenceView, StateDifferenceView } from '@almanac/protocol';
import { argument, type CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { tableLines } from '../../output/table.ts';
import { factWords, placeOf } from './fact-words.ts';
import { parseSide } from './moment.ts';

export const showDiff: CommandDefinition = {
  usage: 'diff <before> [after]',
  summary: 'Show what differs between two environments, or between two moments of one',
  examples: [
    'almanac diff quality production',
    'almanac diff production@2h',
    'almanac diff "production@yesterday 14:00" production@1h',
  ],
  run: async (session, input) => {
    const before = parseSide(argument(input, 0), session.now());
    const after =
      input.args.length < 2
        ? { environment: before.environment, at: undefined }
        : parseSide(argument(input, 1), session.now());
    const difference = await session.client.getStateDifference({
      params: { environment: before.environment },
      query: {
        ...(before.at === undefined ? {} : { from: before.at.toISOString() }),
        ...(after.at === undefined ? {} : { to: after.at.toISOString() }),
        ...(after.environment === before.environment ? {} : { with: after.environment }),
      },
    });
    session.show(difference, () => lines(difference));
    return exitCodes.ok;
  },
};

function lines(difference: StateDifferenceView): readonly string[] {
  const [before, after] = [sideWords(difference.before), sideWords(difference.after)];
  const rows = [
    ...difference.applications.flatMap((each) =>
      each.change === 'changed'
        ? each.facts.map((fact) => rowOf(each.application.name, fact))
        : [
            [
              each.application.name,
              'version',
              each.change === 'added' ? '-' : (each.before?.label ?? 'a build that is gone'),
              each.change === 'added' ? (each.after?.label ?? 'a build that is gone') : '-',
            ],
          ],
    ),
    ...difference.policy.map((fact) => rowOf('(the environment)', fact)),
  ];
  return rows.length === 0
    ? [`Nothing differs between ${before} and ${after}.`]
    : tableLines({ head: ['application', 'what', before, after], rows });
}

function rowOf(name: string, fact: FactDifferenceView): readonly string[] {
  const what = fact.aspect === 'version' ? 'version' : `${fact.aspect}: ${placeOf(fact)}`;
  return [name, what, factWords(fact.before), factWords(fact.after)];
}

function sideWords(side: StateDifferenceView['before']): string {
  return side.now ? side.environment.name : `${side.environment.name} at ${side.at.replace('T', ' ').slice(0, 19)} UTC`;
}
