import type { SiteId } from '@almanac/domain';
import { sql } from 'kysely';
import { hashToken, newToken } from '#features/access';
import type { CommandContext } from '#platform/http';
import { noteTrustedKeys } from './note-trusted-keys.ts';
import { recordSites } from './record-sites.ts';
import type { WakePlans } from './save-reports.ts';

const tokenDays = 7;

export interface ArrivedAgent {
  readonly site: SiteId;
  readonly agentVersion: string;
  readonly protocolVersion: string;
  /** Where it comes from. */
  readonly address: string;
  /** The server's keys that it trusts; undefined where the agent is of before and cannot say. */
  readonly trusted: readonly string[] | undefined;
}

/** Notes agents that came, and gives each its token for artifacts; the one that it had before is void. */
export async function welcomeSites(
  context: CommandContext,
  input: { readonly arrived: readonly ArrivedAgent[]; readonly wakePlans: WakePlans },
): Promise<readonly string[]> {
  const { db } = context;
  const arrived = [...new Map(input.arrived.map((each) => [each.site, each])).values()];
  const sites = arrived.map((each) => each.site);
  const tokens = new Map(sites.map((site) => [site, newToken('ala_')]));
  const here = await db
    .selectFrom('sites')
    .select(['id', 'environmentId'])
    .where((where) => where('id', '=', where.fn.any(where.val(sites))))
    .orderBy('id')
    .forUpdate()
    .execute();
  await db
    .deleteFrom('artifactTokens')
    .where((where) => where('siteId', '=', where.fn.any(where.val(sites))))
    .execute();
  const expiresAt = new Date(context.now.getTime() + tokenDays * 86_400_000);
  await sql`
    insert into artifact_tokens (token_hash, site_id, expires_at)
    select hash, site, ${expiresAt}::timestamptz from unnest(${here.map(({ id }) => hashToken(tokens.get(id) ?? ''))}::text[],
      ${here.map((each) => each.id)}::uuid[]) as given (hash, site)`.execute(db);
  await sql`
    update sites set agent_version = arrived.agent, protocol_version = arrived.protocol, connected_from = arrived.address, last_seen_at = ${context.now}::timestamptz
    from unnest(${sites}::uuid[], ${arrived.map((each) => each.agentVersion)}::text[],
      ${arrived.map((each) => each.protocolVersion)}::text[], ${arrived.map((each) => each.address)}::text[]) as arrived (site, agent, protocol, address)
    where sites.id = arrived.site`.execute(db);
  await noteTrustedKeys(context.db, arrived);
  await recordSites(context, here);
  for (const environment of new Set(here.map((each) => each.environmentId)))
    await input.wakePlans(context, environment);
  return input.arrived.map((each) => tokens.get(each.site) ?? '');
}
