import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { findBuild } from '../../watch/find-build.ts';

export const tagVersion: CommandDefinition = {
  usage: 'tag <application>',
  summary: 'Give a build a version number; the suggested one unless you name another',
  examples: [
    'almanac version tag storefront',
    'almanac version tag storefront --build 12 --number 2.0.0 --notes "New checkout"',
  ],
  options: [
    ['--build <number>', 'the build; the newest that succeeded otherwise'],
    ['--number <version>', 'three numbers, as in 1.4.0'],
    ['--notes <text>', 'what people should know', ''],
  ],
  run: async (session, input) => {
    const application = argument(input, 0);
    const build = await findBuild(session, { application, number: textOption(input, 'build') });
    const number = textOption(input, 'number');
    const version = await session.client.createVersion({
      params: { application },
      body: { build: build.id, notes: textOption(input, 'notes') ?? '', ...(number === undefined ? {} : { number }) },
    });
    session.show(version, () => [
      `${version.application.name} ${version.number} is build ${build.number} (${version.build.commit.slice(0, 8)}).`,
      ...version.changes.slice(0, 20).map((each) => `  ${each.hash.slice(0, 8)}  ${each.subject}`),
    ]);
    return exitCodes.ok;
  },
};
