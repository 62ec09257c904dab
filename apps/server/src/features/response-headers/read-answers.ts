import {
  type ApplicationId,
  collectsReports,
  type EnvironmentId,
  effectiveHeaders,
  type HeaderPolicy,
  headerLines,
  silentPolicy,
} from '@almanac/domain';
import type { AnsweredHeaders } from '@almanac/protocol/gateway';
import type { Kysely } from 'kysely';
import type { Tables } from '#tables';

/** What the answers of an application carry; undefined where they carry what it sends and nothing else. */
export type AnswersOf = (application: ApplicationId) => AnsweredHeaders | undefined;

/** What the answers of the applications of an environment carry. */
export async function readAnswers(db: Kysely<Tables>, environment: EnvironmentId): Promise<AnswersOf> {
  const rows = await db
    .selectFrom('headerPolicies')
    .select(['applicationId', 'policy'])
    .where('environmentId', '=', environment)
    .execute();
  const policies = new Map<ApplicationId | null, HeaderPolicy>(rows.map((row) => [row.applicationId, row.policy]));
  const ofEnvironment = policies.get(null) ?? silentPolicy;
  const made = new Map<ApplicationId | null, AnsweredHeaders | undefined>();
  return (application) => {
    const own = policies.get(application);
    // Those that say nothing themselves answer alike.
    const key = own === undefined ? null : application;
    if (!made.has(key)) made.set(key, answersOf({ environment: ofEnvironment, application: own ?? null }));
    return made.get(key);
  };
}

function answersOf(levels: Parameters<typeof effectiveHeaders>[0]): AnsweredHeaders | undefined {
  const effective = effectiveHeaders(levels);
  const headers = [...headerLines(effective)];
  return headers.length === 0 ? undefined : { headers, collectsReports: collectsReports(effective) };
}
