import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { findBuild } from '../../watch/find-build.ts';

export const suggestVersion: CommandDefinition = {
  usage: 'suggest <application>',
  summary: 'Say which number the next version should have, and why',
  examples: ['almanac version suggest storefront'],
  options: [['--build <number>', 'the build; the newest that succeeded otherwise']],
  run: async (session, input) => {
    const application = argument(input, 0);
    const build = await findBuild(session, { application, number: textOption(input, 'build') });
    const found = await session.client.suggestVersion({ params: { application }, query: { build: build.id } });
    session.show(found, () => [
      `${found.number}  ${found.because}`,
      ...found.changes.slice(0, 30).map((each) => `  ${each.hash.slice(0, 8)}  ${each.subject}`),
      `Tag it with: almanac version tag ${application} --build ${build.number} --number ${found.number}`,
    ]);
    return exitCodes.ok;
  },
};
