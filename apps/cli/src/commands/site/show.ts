import { argument, type CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { tableLines } from '../../output/table.ts';
import { ago } from '../../output/words.ts';

export const showSite: CommandDefinition = {
  usage: 'show <site>',
  summary: 'Show one site and every instance that runs on it',
  examples: ['almanac site show production'],
  run: async (session, input) => {
    const site = await session.client.getSite({ params: { site: argument(input, 0) } });
    const rows = site.applications.flatMap((application) =>
      application.modules.flatMap((module) =>
        module.instances.map((each) => [
          `${application.application.name}/${module.name}`,
          each.state,
          String(each.port ?? '-'),
          String(each.restarts),
          ago(each.startedAt, session.now()),
          each.message ?? '',
        ]),
      ),
    );
    session.show(site, () => [
      `${site.name} in ${site.environment.name}: ${site.status}, heard ${ago(site.lastSeenAt, session.now())}, looked at everything ${ago(site.reconciledAt, session.now())}, generation ${site.generation.observed} of ${site.generation.desired}`,
      ...site.notices.map((each) => `  note: ${each}`),
      ...site.applications.flatMap(({ application, hold }) =>
        hold === null
          ? []
          : [`  ${hold.kind}: ${application.name} at ${hold.label} by ${hold.by}: ${hold.reason || 'no reason given'}`],
      ),
      ...site.applications.flatMap((each) =>
        each.drift === null
          ? []
          : [`  ${each.drift.healed ? 'healed' : 'drift'}: ${each.application.name}: ${each.drift.message}`],
      ),
      ...(rows.length === 0
        ? ['  nothing runs here']
        : tableLines({ head: ['module', 'state', 'port', 'restarts', 'started', 'message'], rows })),
    ]);
    return exitCodes.ok;
  },
};
