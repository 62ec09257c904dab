import { argument, type CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';

export const showApplication: CommandDefinition = {
  usage: 'show <application>',
  summary: 'Show one application',
  examples: ['almanac app show storefront'],
  run: async (session, input) => {
    const found = await session.client.getApplication({ params: { application: argument(input, 0) } });
    const { items: hotfixes } = await session.client.listHotfixes({
      query: { application: found.id, state: 'open', limit: 50 },
    });
    session.show({ ...found, hotfixes }, () => [
      `${found.name}${found.displayName === found.name ? '' : ` (${found.displayName})`}`,
      `  repository  ${found.repository}`,
      `  branch      ${found.branch}`,
      `  manifest    ${found.manifestPath}`,
      `  version     ${found.latestVersion ?? 'none yet'}`,
      ...hotfixes.map(
        (each) => `  hotfix ${each.number}    ${each.branch} for ${each.environment.name}; next: ${each.next}`,
      ),
    ]);
    return exitCodes.ok;
  },
};
