import { type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { tableLines } from '../../output/table.ts';
import { ago, healthMark } from '../../output/words.ts';
import { listAll, pageQuery } from '../../paging.ts';

const health = { online: 'healthy', offline: 'offline', enrolling: 'waiting' } as const;

export const listSites: CommandDefinition = {
  usage: 'list',
  summary: 'List sites and how they are',
  examples: ['almanac site list --env production'],
  options: [['--env <environment>', 'only the sites of one environment']],
  run: async (session, input) => {
    const environment = textOption(input, 'env');
    const filter = environment === undefined ? {} : { environment };
    const items = await listAll((cursor) => session.client.listSites({ query: { ...pageQuery(cursor), ...filter } }));
    session.show({ items }, () =>
      tableLines({
        head: ['site', 'environment', 'status', 'seen', 'generation', 'agent', 'front port', 'labels'],
        rows: items.map((each) => [
          each.name,
          each.environment.name,
          `${healthMark(session.terminal, health[each.status])} ${each.status}`,
          ago(each.lastSeenAt, session.now()),
          `${each.generation.observed}/${each.generation.desired}`,
          each.agentVersion ?? '-',
          each.frontPort === null ? '-' : String(each.frontPort),
          Object.entries(each.labels)
            .map(([key, value]) => `${key}=${value}`)
            .join(' '),
        ]),
      }),
    );
    return exitCodes.ok;
  },
};
