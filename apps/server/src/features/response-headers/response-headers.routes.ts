import {
  allowBlocked,
  type EffectiveHeaders,
  type EnvironmentId,
  effectiveHeaders,
  faultsOfHeaders,
  headerWarnings,
  refuse,
} from '@almanac/domain';
import type { ResponseHeaders, SaidHeaders } from '@almanac/protocol';
import { type Kysely, sql } from 'kysely';
import { findApplication } from '#features/applications';
import { findEnvironment } from '#features/environments';
import { type CommandContext, command, type Endpoint, read } from '#platform/http';
import type { Tables } from '#tables';
import { type HeaderLevel, type KeptPolicy, readPolicy, savePolicy } from './header-policies.ts';
import { readDropped, readViolations } from './keep-violations.ts';

/** Tells the sites of an environment what they should be; the feature that knows sites provides it. */
export type TellSites = (context: CommandContext, environment: EnvironmentId) => Promise<void>;

/** Of whom the headers are, by name: what is asked for in the address. */
interface Asked {
  readonly environment: string;
  readonly application?: string;
}

export function responseHeaderEndpoints(tellSites: TellSites): readonly Endpoint[] {
  const set = async (
    context: CommandContext,
    input: { readonly asked: Asked; readonly policy: SaidHeaders; readonly expected: number },
  ): Promise<ResponseHeaders> => {
    const { db } = context;
    const faults = faultsOfHeaders(input.policy);
    if (faults.length > 0) return refuse('invalid-request', 'these headers cannot be sent', [...faults]);
    const found = await findLevel(db, input.asked);
    const { level } = found;
    // Of two changes at the same revision the second one waits here, and is refused.
    await sql`select 1 from environments where id = ${level.environment} for update`.execute(db);
    const before = await readPolicy(db, level);
    if (before.revision !== input.expected)
      return refuse('revision-mismatch', `it is at revision ${before.revision} now; read it again`);
    await savePolicy(context, { level, policy: input.policy, before });
    await tellSites(context, level.environment);
    await context.record({
      kind: 'response-headers-changed',
      subject: {
        environment: level.environment,
        ...(level.application === null ? {} : { application: level.application }),
      },
    });
    const { environment, application } = found;
    context.audit({
      subject: `environment:${environment.name}${application === null ? '' : ` application:${application.name}`}`,
      detail: { policy: input.policy },
      before: before.policy,
      after: input.policy,
    });
    return present(db, found);
  };
  return [
    read('getEnvironmentHeaders', async ({ db }, { params }) => present(db, await findLevel(db, params))),
    read('getApplicationHeaders', async ({ db }, { params }) => present(db, await findLevel(db, params))),
    command('setEnvironmentHeaders', (context, { params, body, expectedRevision }) =>
      set(context, { asked: params, policy: body, expected: expectedRevision }),
    ),
    command('setApplicationHeaders', (context, { params, body, expectedRevision }) =>
      set(context, { asked: params, policy: body, expected: expectedRevision }),
    ),
    read('listViolations', async ({ db }, { params }) => {
      const { level, application } = await findLevel(db, params);
      if (application === null) return refuse('not-found', 'violations are those of an application');
      const place = { environment: level.environment, application: application.id };
      const { effective } = await readEffective(db, level);
      const found = await readViolations(db, place);
      return {
        items: found.map(({ firstSeen, lastSeen, ...each }) => {
          const proposal = allowBlocked(effective, each);
          return {
            ...each,
            firstSeen: firstSeen.toISOString(),
            lastSeen: lastSeen.toISOString(),
            proposal: proposal.kind === 'allow' ? { ...proposal, sources: [...proposal.sources] } : proposal,
          };
        }),
        dropped: await readDropped(db, place),
      };
    }),
  ];
}

async function findLevel(db: Kysely<Tables>, asked: Asked) {
  const environment = await findEnvironment(db, asked.environment);
  const application = asked.application === undefined ? null : await findApplication(db, asked.application);
  const level: HeaderLevel = { environment: environment.id, application: application?.id ?? null };
  return { level, environment, application };
}

/** What a level says, what it inherits, and what comes of both. */
async function readEffective(
  db: Kysely<Tables>,
  level: HeaderLevel,
): Promise<{
  readonly own: KeptPolicy;
  readonly inherited: SaidHeaders | null;
  readonly effective: EffectiveHeaders;
}> {
  const own = await readPolicy(db, level);
  if (level.application === null) {
    const levels = { environment: own.policy, application: null };
    return { own, inherited: null, effective: effectiveHeaders(levels) };
  }
  const { policy } = await readPolicy(db, { environment: level.environment, application: null });
  return { own, inherited: policy, effective: effectiveHeaders({ environment: policy, application: own.policy }) };
}

async function present(db: Kysely<Tables>, found: Awaited<ReturnType<typeof findLevel>>): Promise<ResponseHeaders> {
  const { level, environment, application } = found;
  const { own, inherited, effective } = await readEffective(db, level);
  return {
    environment: { id: environment.id, name: environment.name },
    application: application === null ? null : { id: application.id, name: application.name },
    policy: own.policy,
    inherited,
    previous: own.previous,
    mode: effective.mode,
    headers: effective.headers.map(({ parts, ...header }) => ({ ...header, parts: [...parts] })),
    warnings: [
      ...headerWarnings(effective),
      ...(effective.headers.length === 0 ? [] : await sitesWithout(db, level.environment)),
    ],
    changedBy: own.changedBy,
    changedAt: own.changedAt?.toISOString() ?? null,
    revision: own.revision,
  };
}

/** Sites whose agents were there before headers were: what they should send they do not, and say nothing of it. */
async function sitesWithout(db: Kysely<Tables>, environment: EnvironmentId): Promise<readonly string[]> {
  const sites = await db
    .selectFrom('sites')
    .select('name')
    .where('environmentId', '=', environment)
    .where('capabilities', 'is not', null)
    .where(sql<boolean>`not coalesce(capabilities -> 'answers' ? 'headers', false)`)
    .orderBy('name')
    .limit(5)
    .execute();
  return sites.map(({ name }) => `${name} sends none of this: its agent is too old. Upgrade it.`);
}
