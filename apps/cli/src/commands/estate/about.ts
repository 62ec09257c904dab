import type { CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';

export const about: CommandDefinition = {
  usage: 'about',
  summary: 'Show the versions of the server and its agents',
  examples: ['almanac about'],
  run: async (session) => {
    const found = await session.client.getAbout();
    session.show(found, () => [
      `Almanac ${found.version} at ${session.server}`,
      `  protocol  ${found.protocol}`,
      `  database  PostgreSQL ${found.database.version}${found.database.embedded ? ', embedded' : ''}`,
      `  node      ${found.node}`,
      `  agents    ${found.agents.map((each) => `${each.version} on ${each.sites} sites`).join(', ') || 'none yet'}`,
    ]);
    return exitCodes.ok;
  },
};
