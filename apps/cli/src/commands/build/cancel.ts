import { argument, type CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { findBuild } from '../../watch/find-build.ts';

export const cancelBuild: CommandDefinition = {
  usage: 'cancel <application> <number>',
  summary: 'Stop a build',
  examples: ['almanac build cancel storefront 12'],
  run: async (session, input) => {
    const { id } = await findBuild(session, { application: argument(input, 0), number: argument(input, 1) });
    const build = await session.client.cancelBuild({ params: { build: id } });
    session.show(build, () => [`Build ${build.number} of ${build.application.name} is ${build.state}.`]);
    return exitCodes.ok;
  },
};
