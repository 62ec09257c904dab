import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { buildSummary, watchBuild } from '../../watch/watch-build.ts';

export const startBuild: CommandDefinition = {
  usage: 'start <application>',
  summary: 'Build the head of a branch, or one commit, and follow it',
  examples: ['almanac build start storefront', 'almanac build start storefront --commit 3f2a… --no-wait'],
  options: [
    ['--branch <name>', 'branch to build; the one of the application otherwise'],
    ['--commit <hash>', 'a full commit hash'],
    ['--rebuild', 'build again even if this commit was built before'],
    ['--no-wait', 'do not wait for its end'],
  ],
  run: async (session, input) => {
    const branch = textOption(input, 'branch');
    const commit = textOption(input, 'commit');
    const started = await session.client.createBuild({
      params: { application: argument(input, 0) },
      body: {
        rebuild: input.options['rebuild'] === true,
        ...(branch === undefined ? {} : { branch }),
        ...(commit === undefined ? {} : { commit }),
      },
    });
    if (input.options['wait'] === false) {
      session.show(started, () => [`Build ${started.number} of ${started.application.name} is ${started.state}.`]);
      return exitCodes.ok;
    }
    const build = await watchBuild(session, started.id);
    session.show(build, () => buildSummary(session, build));
    return build.state === 'succeeded' ? exitCodes.ok : exitCodes.workFailed;
  },
};
