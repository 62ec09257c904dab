import { type Environment, environmentType } from '@almanac/protocol';
import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';

export const createEnvironment: CommandDefinition = {
  usage: 'create <name>',
  summary: 'Add an environment',
  examples: ['almanac env create staging --type staging --from quality'],
  options: [
    ['--type <type>', environmentType.options.join(', '), 'test'],
    ['--from <environment>', 'the environment before it on the path'],
    ['--display-name <text>', 'how it is shown'],
  ],
  run: async (session, input) => {
    const promotesFrom = textOption(input, 'from');
    const displayName = textOption(input, 'displayName');
    const created = await session.client.createEnvironment({
      body: {
        name: argument(input, 0),
        type: typeOf(textOption(input, 'type')),
        ...(promotesFrom === undefined ? {} : { promotesFrom }),
        ...(displayName === undefined ? {} : { displayName }),
      },
    });
    session.show(created, () => [
      `Added ${created.name}. Give it a site: almanac site add <name> --env ${created.name}`,
    ]);
    return exitCodes.ok;
  },
};

function typeOf(text: string | undefined): Environment['type'] {
  const parsed = environmentType.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new CommandError(`--type is one of ${environmentType.options.join(', ')}`);
}
