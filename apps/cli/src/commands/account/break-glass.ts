import type { BreakGlass } from '@almanac/protocol';
import type { CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';

function stateLine(found: BreakGlass): string {
  if (found.state === 'off') return 'There are no credentials for an emergency.';
  if (found.state === 'ready') return `Credentials for an emergency are ready, made by ${found.madeBy}.`;
  const noted =
    found.acknowledgedBy === null ? 'Nobody took note of it yet.' : `${found.acknowledgedBy} took note of it.`;
  return `They were used at ${found.usedAt} from ${found.usedFrom}. ${noted}`;
}

export const showBreakGlass: CommandDefinition = {
  usage: 'show',
  summary: 'Show whether there are credentials for an emergency, and whether they were used',
  examples: ['almanac break-glass show'],
  run: async (session) => {
    const found = await session.client.getBreakGlass();
    session.show(found, () => [stateLine(found)]);
    return exitCodes.ok;
  },
};

export const makeBreakGlass: CommandDefinition = {
  usage: 'make',
  summary: 'Make credentials for an emergency, to be printed and sealed; earlier ones end',
  examples: ['almanac break-glass make'],
  run: async (session) => {
    const made = await session.client.makeBreakGlass({ body: {} });
    session.show(made, () => [
      'Print this, seal it, and keep it where two people are needed to get it. It works once, and is not shown again.',
      `Where: ${made.url}`,
      `What:  ${made.secret}`,
    ]);
    return exitCodes.ok;
  },
};

export const endBreakGlass: CommandDefinition = {
  usage: 'end',
  summary: 'End the credentials for an emergency, and whoever came in by them',
  examples: ['almanac break-glass end'],
  run: async (session) => {
    await session.client.endBreakGlass();
    session.show({ state: 'off' }, () => ['There are none any more.']);
    return exitCodes.ok;
  },
};

export const acknowledgeBreakGlass: CommandDefinition = {
  usage: 'acknowledge',
  summary: 'Take note that the credentials for an emergency were used',
  examples: ['almanac break-glass acknowledge'],
  run: async (session) => {
    const found = await session.client.acknowledgeBreakGlass({ body: {} });
    session.show(found, () => [stateLine(found)]);
    return exitCodes.ok;
  },
};
