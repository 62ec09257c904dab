import {
  type AttemptCounter,
  type AttemptScope,
  accountKey,
  addressKey,
  attemptRulesOf,
  attemptScopes,
  countTry,
  DomainError,
  secondsBlocked,
  takeTryBack,
} from '@almanac/domain';
import { type Kysely, sql, type Transaction } from 'kysely';
import { readNumbers } from '#features/security-numbers';
import type { CommandContext, InTransaction } from '#platform/http';
import type { Tables } from '#tables';

/** By what a try is counted; `knownDevice` when the account signed in from this browser before. */
export interface SignInTry {
  /** Locked in this order: every kind of try names scopes in the same one, so that tries do not wait in a circle. */
  readonly keys: readonly (readonly [AttemptScope, string])[];
  readonly knownDevice: boolean;
}

/** A password that somebody gives for an account, from an address. */
export function passwordTry(given: {
  readonly name: string;
  readonly address: string;
  readonly knownDevice: boolean;
}): SignInTry {
  const [account, address] = [accountKey(given.name), addressKey(given.address)];
  return {
    keys: [
      ['account', account],
      ['account-and-address', `${account} ${address}`],
      ['address', address],
      ['server', ''],
    ],
    knownDevice: given.knownDevice,
  };
}

/** A password for somebody of an identity provider, by the name that was typed; accounts of ours are counted beside it. */
export function providerTry(given: {
  readonly provider: string;
  readonly name: string;
  readonly address: string;
  readonly knownDevice: boolean;
}): SignInTry {
  return passwordTry({ ...given, name: `${given.provider}:${accountKey(given.name)}` });
}

/** The same try by whom the name means: whoever is known by several names is not tried more often for it. */
export function personTry(given: {
  readonly provider: string;
  readonly subject: string;
  readonly address: string;
  readonly knownDevice: boolean;
}): SignInTry {
  const person = `${given.provider}#${accountKey(given.subject)}`;
  return {
    keys: [
      ['account', person],
      ['account-and-address', `${person} ${addressKey(given.address)}`],
    ],
    knownDevice: given.knownDevice,
  };
}

/** A code, or a recovery code, of an account. */
export function codeTry(name: string): SignInTry {
  return { keys: [['code', accountKey(name)]], knownDevice: true };
}

/** A secret of a link or of sealed credentials, from an address. */
export function linkTry(address: string): SignInTry {
  return { keys: [['link', addressKey(address)]], knownDevice: true };
}

/** Whom a counter is about, as it is counted; undefined for one of an address or of all together. */
export function accountInKey(scope: AttemptScope, key: string): string | undefined {
  if (scope === 'account' || scope === 'code') return key;
  return scope === 'account-and-address' ? key.slice(0, key.lastIndexOf(' ')) : undefined;
}

const system = { kind: 'system', name: 'server' } as const;

/**
 * Counts a try to sign in before it is looked at, so that tries at the same time count each for itself, and a server that is
 * killed in between has counted it.
 *
 * @throws {DomainError} `too-many-requests` while somebody of these may not try; such a try is not counted, and leaves no
 *   counter of a name that was not tried before: nobody fills the table with names
 */
export async function beginTry(inTransaction: InTransaction, given: SignInTry): Promise<void> {
  await inTransaction({ actor: system, action: null }, async ({ db, now }) => {
    const rules = attemptRulesOf(await readNumbers(db));
    const counters = await lockCounters(db, given.keys, now);
    const holding = counters.filter(({ scope }) => !(given.knownDevice && rules[scope].unknownDevicesOnly));
    const seconds = Math.max(...holding.map(({ counter }) => secondsBlocked(counter, now.getTime())));
    if (seconds > 0)
      throw new DomainError({
        code: 'too-many-requests',
        detail: `too many tries to sign in; try again in ${seconds} s, or ask an administrator to lift the block`,
        retryAfter: seconds,
      });
    for (const { scope, key, counter } of counters)
      await save(db, { scope, key, counter: countTry(counter, rules[scope], now.getTime()) });
  });
}

/** Forgets counters whose window and block are over: they would begin anew with the next try. */
export async function forgetCounters(db: Kysely<Tables>): Promise<void> {
  const rules = attemptRulesOf(await readNumbers(db));
  for (const scope of attemptScopes)
    await db
      .deleteFrom('signInAttempts')
      .where('scope', '=', scope)
      .where(sql<boolean>`since < now() - make_interval(secs => ${rules[scope].window})`)
      .where(sql<boolean>`coalesce(blocked_until, since) < now()`)
      .execute();
}

/** The try that was counted succeeded: its own counter is free, and nothing was a failure elsewhere. */
export async function endTryWell(context: CommandContext, given: SignInTry): Promise<void> {
  const rules = attemptRulesOf(await readNumbers(context.db));
  for (const { scope, key, counter } of await lockCounters(context.db, given.keys, context.now)) {
    if (counter === null) continue;
    if (scope === 'account-and-address' || scope === 'code' || scope === 'link')
      await context.db.deleteFrom('signInAttempts').where('scope', '=', scope).where('key', '=', key).execute();
    else await save(context.db, { scope, key, counter: takeTryBack(counter, rules[scope]) });
  }
}

interface LockedCounter {
  readonly scope: AttemptScope;
  readonly key: string;
  readonly counter: AttemptCounter | null;
}

async function lockCounters(
  db: Transaction<Tables>,
  keys: SignInTry['keys'],
  now: Date,
): Promise<readonly LockedCounter[]> {
  const locked: LockedCounter[] = [];
  for (const [scope, key] of keys) {
    await db
      .insertInto('signInAttempts')
      .values({ scope, key, failures: 0, since: now, blockedUntil: null })
      .onConflict((each) => each.doNothing())
      .execute();
    const row = await db
      .selectFrom('signInAttempts')
      .selectAll()
      .where('scope', '=', scope)
      .where('key', '=', key)
      .forUpdate()
      .executeTakeFirstOrThrow();
    const counter =
      row.failures === 0
        ? null
        : { failures: row.failures, since: row.since.getTime(), blockedUntil: row.blockedUntil?.getTime() ?? null };
    locked.push({ scope, key, counter });
  }
  return locked;
}

async function save(
  db: Transaction<Tables>,
  given: { readonly scope: AttemptScope; readonly key: string; readonly counter: AttemptCounter },
): Promise<void> {
  const { failures, since, blockedUntil } = given.counter;
  await db
    .updateTable('signInAttempts')
    .set({
      failures,
      since: new Date(since),
      blockedUntil: blockedUntil === null ? null : new Date(blockedUntil),
    })
    .where('scope', '=', given.scope)
    .where('key', '=', given.key)
    .execute();
}
