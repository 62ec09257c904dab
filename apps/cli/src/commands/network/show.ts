import { argument, type CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { changeOf, listLines, targets } from './words.ts';

export const showNetworks: CommandDefinition = {
  usage: 'show',
  summary: 'Show from where the console, the API and agents are reached, roles count and environments may be changed',
  examples: ['almanac network show'],
  run: async (session) => {
    const found = await session.client.getAllowLists();
    session.show(found, () => listLines(found));
    return exitCodes.ok;
  },
};

export const previewNetworks: CommandDefinition = {
  usage: 'preview <target> <network...>',
  summary: `Say whom a list would shut out that is here now; a target is ${targets}`,
  examples: ['almanac network preview console 10.0.0.0/8', 'almanac network preview agents 10.0.0.0/8 fd00::/8'],
  run: async (session, input) => {
    const body = changeOf(argument(input, 0), input.args.slice(1));
    const found = await session.client.previewAllowLists({ body });
    session.show(found, () => [
      ...found.shutsYouOut.map((each) => `${each}.`),
      ...(found.sites.length === 0
        ? []
        : [`Agents of these sites would be kept out: ${found.sites.map((each) => each.name).join(', ')}.`]),
      ...(found.shutsYouOut.length + found.sites.length === 0 ? ['Neither you nor any agent would be shut out.'] : []),
    ]);
    return exitCodes.ok;
  },
};
