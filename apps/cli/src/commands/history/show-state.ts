import type { PlacedFact } from '@almanac/protocol';
import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { tableLines } from '../../output/table.ts';
import { factWords, placeOf } from './fact-words.ts';
import { parseMoment } from './moment.ts';

export const showState: CommandDefinition = {
  usage: 'state <environment>',
  summary: 'Show what an environment is, or was at a moment: versions, settings, connections, scale, policy',
  examples: [
    'almanac state production',
    'almanac state production --at 2h',
    'almanac state production --at "yesterday 14:00" --application orders',
  ],
  options: [
    ['--at <time>', 'the moment; now otherwise: 2h, "yesterday 14:00", 2026-11-21T14:00'],
    ['--application <name>', 'everything of one application; otherwise only the versions are listed'],
  ],
  run: async (session, input) => {
    const at = textOption(input, 'at');
    const only = textOption(input, 'application');
    const state = await session.client.getEnvironmentState({
      params: { environment: argument(input, 0) },
      query: {
        ...(at === undefined ? {} : { at: parseMoment(at, session.now()).toISOString() }),
        ...(only === undefined ? {} : { application: only }),
        ...(only === undefined && !session.json ? { facts: 'versions' as const } : {}),
      },
    });
    const { applications } = state;
    session.show(state, () => [
      `${state.environment.name} ${state.now ? 'now' : `at ${state.at}`}`,
      ...(applications.length === 0
        ? [only === undefined ? '  nothing ran there' : `  ${only} did not run there`]
        : only === undefined
          ? tableLines({
              head: ['application', 'version', 'instances'],
              rows: applications.map((each) => [
                each.application.name,
                each.build?.label ?? 'a build that is gone',
                each.facts
                  .filter((fact) => fact.aspect === 'scale')
                  .map((fact) => `${fact.key} ${fact.fact.text}`)
                  .join(', '),
              ]),
            })
          : applications.flatMap((each) => [
              `version ${each.build?.label ?? 'a build that is gone'}`,
              ...factLines(each.facts),
            ])),
      ...state.policy.map((each) => `  ${each.key}: ${factWords(each.fact)}`),
    ]);
    return exitCodes.ok;
  },
};

function factLines(facts: readonly PlacedFact[]): readonly string[] {
  return tableLines({
    head: ['aspect', 'what', 'value'],
    rows: facts.map((each) => [each.aspect, placeOf(each), factWords(each.fact)]),
  });
}
