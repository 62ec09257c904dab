import { latestSigningKey, sitesDependingOn } from '@almanac/domain';
import type { SigningKeys } from '@almanac/protocol';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '#tables';

/** More sites are counted, and not named. */
const mostNamed = 100;

/** Agents of this protocol learn keys; earlier ones keep the keys with which they enrolled. */
const learnsSince = 3;

export async function presentSigningKeys(db: Kysely<Tables>, offlineAfterSeconds: number): Promise<SigningKeys> {
  const rows = await db.selectFrom('signingKeys').selectAll().orderBy('number', 'desc').execute();
  const sites = await enrolledSites(db, offlineAfterSeconds);
  const states = rows.map(({ keyId, number, retiredAt }) => ({ keyId, number, retired: retiredAt !== null }));
  const latest = latestSigningKey(states);
  const behind = sites.filter((each) => latest !== undefined && !each.trusted.includes(latest.keyId));
  return {
    keys: rows.map(({ envelope: _, createdAt, retiredAt, ...row }) => {
      return {
        ...row,
        createdAt: createdAt.toISOString(),
        retiredAt: retiredAt?.toISOString() ?? null,
        sites: {
          knowing: sites.filter((each) => each.trusted.includes(row.keyId)).length,
          using: sites.filter((each) => each.documentKey === row.keyId).length,
          depending: sitesDependingOn({ keys: states, keyId: row.keyId, sites }).length,
        },
      };
    }),
    sites: sites.length,
    behind: behind.slice(0, mostNamed).map(({ id, name, environmentId, environment, ...each }) => ({
      site: { id, name },
      environment: { id: environmentId, name: environment },
      reason: isTooOld(each.protocolVersion) ? 'agent-too-old' : each.offline ? 'offline' : 'under-way',
    })),
    behindCount: behind.length,
  };
}

/** Sites whose agent enrolled, by name, with the keys that each said it trusts. */
export function enrolledSites(db: Kysely<Tables>, offlineAfterSeconds: number) {
  return db
    .selectFrom('sites')
    .innerJoin('environments', 'environments.id', 'sites.environmentId')
    .select([
      'sites.id',
      'sites.name',
      'sites.environmentId',
      'environments.name as environment',
      'sites.trustedKeys as trusted',
      'sites.documentKey',
      'sites.protocolVersion',
    ])
    .select(
      sql<boolean>`sites.last_seen_at is null or sites.last_seen_at < now() - make_interval(secs => ${offlineAfterSeconds})`.as(
        'offline',
      ),
    )
    .where('sites.signingKey', 'is not', null)
    .orderBy('sites.name')
    .execute();
}

function isTooOld(protocolVersion: string | null): boolean {
  return Number(protocolVersion?.split('.')[1] ?? 0) < learnsSince;
}
