import { decideRecheck, type RecheckOutcome } from '@almanac/domain';
import { type Kysely, type Selectable, sql } from 'kysely';
import { readNumbers } from '#features/security-numbers';
import type { BackgroundContext } from '#platform/feature';
import type { CommandContext } from '#platform/http';
import type { Tables } from '#tables';
import { arrive } from './arrive.ts';
import { versionInForce } from './find-provider.ts';
import type { Recheck } from './provider-protocol.ts';
import { configuredProvider, type ProviderTools, protocolOf, sealed, sessionUse, unsealed } from './provider-tools.ts';

/** How many are asked about in one round, and how many of them at the same time. */
const perRound = 200;
const atATime = 8;
/** Whoever claimed a session and ended meanwhile leaves it to the others after so many minutes. */
const claimMinutes = 2;

const system = { kind: 'system', name: 'server' } as const;

type SessionRow = Selectable<Tables['providerSessions']>;

/** Asks providers whether those whom they let in are still there; whoever is gone there is out here. */
export async function recheckSessions(tools: ProviderTools, context: BackgroundContext): Promise<void> {
  const claimed = await claimDue(context.db);
  for (let from = 0; from < claimed.length && !context.signal.aborted; from += atATime)
    await Promise.all(claimed.slice(from, from + atATime).map((each) => recheckSession(tools, context, each)));
}

/** Each session is asked about by one node at a time: what is asked with is worth something once only. */
async function claimDue(db: Kysely<Tables>): Promise<readonly SessionRow[]> {
  return db
    .updateTable('providerSessions')
    .set({ dueAt: sql`now() + make_interval(mins => ${claimMinutes})` })
    .where('id', 'in', (from) =>
      from
        .selectFrom('providerSessions')
        .select('id')
        // What lacks its second step ends by itself in minutes.
        .where('sessionId', 'is not', null)
        .where('dueAt', '<=', sql<Date>`now()`)
        .orderBy('dueAt')
        .limit(perRound)
        .forUpdate()
        .skipLocked(),
    )
    .returningAll()
    .execute();
}

async function recheckSession(
  tools: ProviderTools,
  { db, inTransaction }: BackgroundContext,
  session: SessionRow,
): Promise<void> {
  const identity = await db
    .selectFrom('externalIdentities')
    .selectAll()
    .where('id', '=', session.identityId)
    .executeTakeFirst();
  if (identity === undefined) return;
  const provider = await db
    .selectFrom('identityProviders')
    .selectAll()
    .where('id', '=', identity.providerId)
    .executeTakeFirstOrThrow();
  const version = await versionInForce(db, provider);
  const asked: Recheck =
    version === undefined || session.kept === null
      ? { outcome: 'gone' }
      : await protocolOf(tools, provider.kind).recheck(configuredProvider(tools, provider, version), {
          subject: identity.subject,
          kept: unsealed(tools.box, session.kept, sessionUse(session.id)),
        });
  await inTransaction({ actor: system, action: 'session-ended-by-provider' }, async (command) => {
    command.audit(null);
    const outcome = await outcomeOf(command, asked, version);
    const decision = decideRecheck(outcome, {
      lastAnswerAt: session.answeredAt.getTime(),
      now: command.now.getTime(),
      numbers: await readNumbers(command.db),
    });
    if (decision.kind === 'keep') {
      await keepSession(tools, command, { session, asked, outcome, dueAt: decision.dueAt });
      return;
    }
    await command.db.deleteFrom('sessions').where('id', '=', session.sessionId).execute();
    const { name } = await command.db
      .selectFrom('principals')
      .select('name')
      .where('id', '=', identity.principalId)
      .executeTakeFirstOrThrow();
    command.audit({ subject: `principal:${name}`, detail: { provider: provider.name, why: decision.why } });
  });
}

/** Who is there, and would not be let in any more, is out as well; what the provider gives is brought up to date. */
async function outcomeOf(
  command: CommandContext,
  { outcome, identity }: Recheck,
  version: Parameters<typeof arrive>[2] | undefined,
): Promise<RecheckOutcome> {
  if (outcome !== 'there' || identity === undefined || version === undefined) return outcome;
  const arrived = await arrive(command, identity, version);
  return 'refused' in arrived ? 'gone' : 'there';
}

async function keepSession(
  tools: ProviderTools,
  { db, now }: CommandContext,
  given: {
    readonly session: Pick<SessionRow, 'id'>;
    readonly asked: Recheck;
    readonly outcome: RecheckOutcome;
    readonly dueAt: number;
  },
): Promise<void> {
  const { kept } = given.asked;
  await db
    .updateTable('providerSessions')
    .set({
      dueAt: new Date(given.dueAt),
      ...(kept === undefined ? {} : { kept: sealed(tools.box, kept, sessionUse(given.session.id)) }),
      ...(given.outcome === 'there' ? { answeredAt: now } : {}),
    })
    .where('id', '=', given.session.id)
    .execute();
}
