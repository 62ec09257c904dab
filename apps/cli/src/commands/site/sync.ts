import type { ReconciledSite } from '@almanac/protocol';
import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';
import { tableLines } from '../../output/table.ts';
import { ago, healthMark } from '../../output/words.ts';
import { listAll, pageQuery } from '../../paging.ts';
import type { Session } from '../../session.ts';

const marks = {
  'in-step': 'healthy',
  changing: 'progressing',
  differs: 'warning',
  silent: 'offline',
  enrolling: 'waiting',
} as const satisfies Record<ReconciledSite['outcome'], string>;

export const sync: CommandDefinition = {
  usage: 'sync [environment|site]',
  summary: 'Let sites look at everything they have, files included, and show what differs from what they should be',
  examples: ['almanac sync', 'almanac sync production', 'almanac sync berlin --wait 60'],
  options: [['--wait <seconds>', 'so long a site may take, 60 at most', '20']],
  run: async (session, input) => {
    const patienceSeconds = Number(textOption(input, 'wait'));
    if (!Number.isInteger(patienceSeconds) || patienceSeconds < 1 || patienceSeconds > 60)
      throw new CommandError('--wait takes whole seconds from 1 to 60');
    const name = input.args.length === 0 ? undefined : argument(input, 0);
    const found = await session.client.reconcileSites({
      body: { patienceSeconds, ...(name === undefined ? {} : await whichOf(session, name)) },
    });
    session.show(found, () => (found.sites.length === 0 ? ['There is no site yet.'] : siteLines(session, found.sites)));
    return found.sites.some((each) => each.outcome === 'differs') ? exitCodes.workFailed : exitCodes.ok;
  },
};

/** A name may be that of an environment and of a site: then it is the environment, all of whose sites are asked. */
async function whichOf(session: Session, name: string) {
  const environments = await listAll((cursor) => session.client.listEnvironments({ query: pageQuery(cursor) }));
  return environments.some((each) => each.name === name || each.id === name) ? { environment: name } : { site: name };
}

function siteLines(session: Session, sites: readonly ReconciledSite[]): readonly string[] {
  const now = session.now();
  const differences = sites.flatMap((site) =>
    site.applications.map((each) => [
      site.site.name,
      each.application.name,
      each.standing,
      each.desired ?? '-',
      each.running ?? '-',
      each.detail ?? '',
    ]),
  );
  return [
    ...tableLines({
      head: ['site', 'environment', 'is', 'heard', 'looked at everything', ''],
      rows: sites.map((each) => [
        each.site.name,
        each.environment.name,
        `${healthMark(session.terminal, marks[each.outcome])} ${each.outcome}`,
        ago(each.lastSeenAt, now),
        ago(each.reconciledAt, now),
        each.detail ?? '',
      ]),
    }),
    ...(differences.length === 0
      ? []
      : ['', ...tableLines({ head: ['site', 'application', 'is', 'should run', 'runs', 'why'], rows: differences })]),
  ];
}
