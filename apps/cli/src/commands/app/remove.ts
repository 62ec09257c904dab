import { argument, type CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';

export const removeApplication: CommandDefinition = {
  usage: 'remove <application>',
  summary: 'Forget an application that runs nowhere any more; its history stays',
  examples: ['almanac app remove shop'],
  run: async (session, input) => {
    const application = argument(input, 0);
    const present = await session.client.getApplication({ params: { application } });
    await session.client.deleteApplication({ params: { application }, revision: present.revision });
    session.show({ removed: present.name }, () => [`Removed ${present.name}.`]);
    return exitCodes.ok;
  },
};
