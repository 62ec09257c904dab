import type { ResponseHeaders } from '@almanac/protocol';
import { argument, type CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { tableLines } from '../../output/table.ts';
import { ago } from '../../output/words.ts';
import type { Session } from '../../session.ts';
import { headerLinesOf, levelOf } from './words.ts';

export const showHeaders: CommandDefinition = {
  usage: 'show <environment> [application]',
  summary: 'Show which headers responses carry, and whether environment or application said so',
  examples: ['almanac headers show production', 'almanac headers show production storefront'],
  run: async (session, input) => {
    const found = await readHeaders(session, levelOf(input));
    session.show(found, () => headerLinesOf(found));
    return exitCodes.ok;
  },
};

export const listViolations: CommandDefinition = {
  usage: 'violations <environment> <application>',
  summary: 'List what browsers reported that the Content-Security-Policy does not allow, and what would allow it',
  examples: ['almanac headers violations production storefront'],
  run: async (session, input) => {
    const params = { environment: argument(input, 0), application: argument(input, 1) };
    const found = await session.client.listViolations({ params });
    session.show(found, () => [
      ...(found.items.length === 0
        ? ['Browsers reported nothing in the last 30 days.']
        : tableLines({
            head: ['directive', 'blocked', 'on page', 'times', 'first', 'last', 'would be allowed by'],
            rows: found.items.map((each) => [
              each.directive,
              each.blocked,
              each.document,
              String(each.count),
              ago(each.firstSeen, session.now()),
              ago(each.lastSeen, session.now()),
              proposalWords(each.proposal),
            ]),
          })),
      ...(found.dropped === 0 ? [] : [`${found.dropped} more reports found no place.`]),
    ]);
    return exitCodes.ok;
  },
};

type Proposal = Awaited<ReturnType<Session['client']['listViolations']>>['items'][number]['proposal'];

function proposalWords(proposal: Proposal): string {
  switch (proposal.kind) {
    case 'allow':
      return `--directive "${[proposal.directive, ...proposal.sources].join(' ')}"${proposal.warning === null ? '' : ` (${proposal.warning})`}`;
    case 'allowed':
      return `it is allowed by ${proposal.directive} now`;
    case 'none':
      return proposal.why;
  }
}

export function readHeaders(session: Session, level: ReturnType<typeof levelOf>): Promise<ResponseHeaders> {
  const { environment, application } = level;
  return application === null
    ? session.client.getEnvironmentHeaders({ params: { environment } })
    : session.client.getApplicationHeaders({ params: { environment, application } });
}
