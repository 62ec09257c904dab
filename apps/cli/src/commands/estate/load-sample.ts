import type { CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';

export const loadSample: CommandDefinition = {
  usage: 'load',
  summary: 'Make git repositories of the sample estate, add its applications and deploy them to Development',
  examples: ['almanac sample load'],
  run: async (session) => {
    const { state } = await session.client.loadSample();
    session.show({ state }, () => [
      state === 'started'
        ? 'The sample estate is on its way: built first, then deployed to Development. Watch it with: almanac status'
        : 'The sample estate is here already: almanac status',
    ]);
    return exitCodes.ok;
  },
};
