import { argument, type CommandDefinition, type CommandInput, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';
import { rolloutLines } from './words.ts';

/** The environment and application that a command is about. */
export function placeOf(input: CommandInput) {
  const environment = textOption(input, 'env');
  if (environment === undefined) throw new CommandError('say where: --env <environment>');
  return { environment, application: argument(input, 0) };
}

export const showRollout: CommandDefinition = {
  usage: 'show <application>',
  summary: 'Show how the present version comes or came: steps, share of the requests, analyses',
  examples: ['almanac rollout show storefront --env production'],
  options: [['--env <environment>', 'where it runs']],
  run: async (session, input) => {
    const rollout = await session.client.getRollout({ params: placeOf(input) });
    session.show(rollout, () => rolloutLines(session.terminal, rollout));
    return exitCodes.ok;
  },
};

export const listRollouts: CommandDefinition = {
  usage: 'list',
  summary: 'List the rollouts that take steps now',
  examples: ['almanac rollout list --env production'],
  options: [['--env <environment>', 'where']],
  run: async (session, input) => {
    const { environment } = placeOf(input);
    const found = await session.client.listRollouts({ params: { environment } });
    session.show(found, () =>
      found.items.length === 0
        ? [`No rollout in ${environment} takes steps now.`]
        : found.items.flatMap((each) => [...rolloutLines(session.terminal, each), '']),
    );
    return exitCodes.ok;
  },
};
