import { argument, type CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';

export const setDrift: CommandDefinition = {
  usage: 'drift <environment> <heal|show>',
  summary: 'Choose whether files that somebody changed by hand on a site are put back, or only shown',
  examples: ['almanac env drift production heal', 'almanac env drift development show'],
  run: async (session, input) => {
    const [environment, drift] = [argument(input, 0), argument(input, 1)];
    if (drift !== 'heal' && drift !== 'show') throw new CommandError('say heal or show');
    const { revision } = await session.client.getEnvironment({ params: { environment } });
    const changed = await session.client.updateEnvironment({ params: { environment }, body: { drift }, revision });
    session.show(changed, () => [
      drift === 'heal'
        ? `Sites of ${changed.name} put back what somebody changes by hand.`
        : `Sites of ${changed.name} only show what somebody changes by hand.`,
    ]);
    return exitCodes.ok;
  },
};
