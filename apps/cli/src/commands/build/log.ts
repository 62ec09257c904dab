import { argument, type CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { findBuild } from '../../watch/find-build.ts';
import { buildSummary, watchBuild } from '../../watch/watch-build.ts';

export const showBuildLog: CommandDefinition = {
  usage: 'log <application> <number>',
  summary: 'Print the log of a build, and follow it while it runs',
  examples: ['almanac build log storefront 12'],
  run: async (session, input) => {
    const { id } = await findBuild(session, { application: argument(input, 0), number: argument(input, 1) });
    const build = await watchBuild(session, id);
    session.show(build, () => buildSummary(session, build));
    return exitCodes.ok;
  },
};
