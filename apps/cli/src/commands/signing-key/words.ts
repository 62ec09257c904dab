import type { SigningKeys } from '@almanac/protocol';
import { tableLines } from '../../output/table.ts';
import { ago } from '../../output/words.ts';
import type { Session } from '../../session.ts';

const reasons = {
  offline: 'it is offline, and learns it when it is back',
  'agent-too-old': 'its agent is too old to learn keys; upgrade it',
  'under-way': 'it is being told',
} as const satisfies Record<SigningKeys['behind'][number]['reason'], string>;

/** The keys as a table, and what is to be waited for. */
export function keyLines(session: Session, found: SigningKeys): readonly string[] {
  const named = found.behind.map((each) => `  ${each.site.name} (${each.environment.name}): ${reasons[each.reason]}`);
  return [
    ...tableLines({
      head: ['key', 'made', 'by', 'state', 'known by', 'signs for'],
      rows: found.keys.map((key) => [
        key.keyId,
        ago(key.createdAt, session.now()),
        key.createdBy,
        key.retiredAt === null ? 'in use' : `retired ${ago(key.retiredAt, session.now())}`,
        `${key.sites.knowing} of ${sites(found.sites)}`,
        sites(key.sites.using),
      ]),
    }),
    ...(found.behindCount === 0
      ? []
      : [
          `${sites(found.behindCount)} ${found.behindCount === 1 ? 'does' : 'do'} not know the latest key yet:`,
          ...named,
          ...(found.behindCount > named.length ? [`  and ${found.behindCount - named.length} more`] : []),
        ]),
    ...found.keys
      .slice(1)
      .filter((key) => key.retiredAt === null && key.sites.depending === 0)
      .map((key) => `No site depends on ${key.keyId} any more: almanac signing-key retire ${key.keyId}`),
  ];
}

function sites(count: number): string {
  return count === 1 ? '1 site' : `${count} sites`;
}
