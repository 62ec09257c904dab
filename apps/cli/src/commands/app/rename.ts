import { argument, type CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';

export const renameApplication: CommandDefinition = {
  usage: 'rename <application> <name>',
  summary: 'Rename an application, so that its manifest may carry the other name',
  examples: ['almanac app rename shop storefront'],
  run: async (session, input) => {
    const application = argument(input, 0);
    const present = await session.client.getApplication({ params: { application } });
    const renamed = await session.client.updateApplication({
      params: { application },
      body: { name: argument(input, 1) },
      revision: present.revision,
    });
    session.show(renamed, () => [`${application} is called ${renamed.name} now.`]);
    return exitCodes.ok;
  },
};
