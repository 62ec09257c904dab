import { argument, type CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { labelsOf } from './labels.ts';

export const labelSite: CommandDefinition = {
  usage: 'label <site> [labels...]',
  summary: 'Put labels on a site, take labels off with a trailing minus, or show them',
  examples: [
    'almanac site label berlin ring=canary line=north',
    'almanac site label berlin ring-',
    'almanac site label berlin',
  ],
  run: async (session, input) => {
    const name = argument(input, 0);
    const given = input.args.slice(1);
    const present = await session.client.getSite({ params: { site: name } });
    const off = given.filter((each) => !each.includes('=') && each.endsWith('-')).map((each) => each.slice(0, -1));
    const put = labelsOf(given.filter((each) => each.includes('=') || !each.endsWith('-')));
    const kept = Object.entries(present.labels).filter(([key]) => !off.includes(key));
    const labels = { ...Object.fromEntries(kept), ...put };
    const { revision } = present;
    const site =
      given.length === 0
        ? present
        : await session.client.updateSite({ params: { site: name }, body: { labels }, revision });
    const words = Object.entries(site.labels).map(([key, value]) => `${key}=${value}`);
    session.show({ name: site.name, labels: site.labels }, () => [
      words.length === 0 ? `${site.name} has no labels.` : `${site.name}: ${words.join(' ')}`,
    ]);
    return exitCodes.ok;
  },
};
