import { argument, type CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';

export const showApplication: CommandDefinition = {
  usage: 'show <application>',
  summary: 'Show one application',
  examples: ['almanac app show storefront'],
  run: async (session, input) => {
    const found = await session.client.getApplication({ params: { application: argument(input, 0) } });
    session.show(found, () => [
      `${found.name}${found.displayName === found.name ? '' : ` (${found.displayName})`}`,
      `  repository  ${found.repository}`,
      `  branch      ${found.branch}`,
      `  manifest    ${found.manifestPath}`,
      `  version     ${found.latestVersion ?? 'none yet'}`,
    ]);
    return exitCodes.ok;
  },
};
