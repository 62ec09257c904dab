import { type EnrolledFactors, hasSecondFactor, mayGiveUpFactor, type PrincipalId, refuse } from '@almanac/domain';
import type { Principal } from '@almanac/protocol';
import {
  type Arrival,
  bearerOf,
  beginTry,
  codeTry,
  endTryWell,
  findArrival,
  findPrincipal,
  letIn,
  ownId,
} from '#features/access';
import { type CommandContext, command, direct, type Endpoint, type RequestExtras, read } from '#platform/http';
import type { SecretBox } from '#platform/secrets';
import type { Passkeys } from './passkeys.ts';
import { countFactors, presentFactors, readPolicy, rolesOf } from './read-factors.ts';
import { makeRecoveryCodes } from './recovery-codes.ts';
import { beginTotp, newTotpSecret, takeCode, totpUri } from './totp.ts';

type Http = RequestExtras['http'];

interface Enrolling {
  readonly row: Principal;
  readonly arrival: Arrival | undefined;
}

/** What people do with their own second factors. */
export const ownFactorEndpoints = (tools: {
  readonly box: SecretBox;
  readonly passkeys: Passkeys;
  readonly publicUrl: string;
}): readonly Endpoint[] => [
  read('getFactors', ({ db, actor }) => presentFactors(db, actor.kind === 'arriving' ? actor.id : ownId(actor))),

  command('beginTotp', async (context, { http }) => {
    const { row } = await enrollingOf(context, http);
    if ((await countFactors(context.db, row.id)).totp)
      return refuse('wrong-state', 'an authenticator app is set up already; give it up first');
    const secret = newTotpSecret();
    await beginTotp(context, { box: tools.box, principal: row.id, secret });
    context.audit({ subject: `principal:${row.name}`, after: null });
    return { secret, uri: totpUri({ secret, name: row.name, host: new URL(tools.publicUrl).hostname }) };
  }),

  direct('confirmTotp', async ({ actor, inTransaction }, { body, http }) => {
    const attempt = codeTry('name' in actor ? actor.name : '');
    await beginTry(inTransaction, attempt);
    return inTransaction({ actor, action: 'totp-enrolled' }, async (context) => {
      const enrolling = await enrollingOf(context, http);
      const principal = enrolling.row.id;
      if (!(await takeCode(context, { box: tools.box, principal, code: body.code, confirmed: false })))
        return refuse(
          'wrong-code',
          'take the code that the app shows now; if it stays wrong, the clock of one of them is',
        );
      await endTryWell(context, attempt);
      return finishEnrolment(context, { enrolling, http });
    });
  }),

  command('removeTotp', async (context, { http }) => {
    const { row } = await enrollingOf(context, http);
    const has = await countFactors(context.db, row.id);
    if (!has.totp) return refuse('not-found', 'no authenticator app is set up');
    await giveUp(context, { principal: row.id, left: { ...has, totp: false } });
    await context.db.deleteFrom('totpFactors').where('principalId', '=', row.id).execute();
    context.audit({ subject: `principal:${row.name}` });
    return undefined;
  }),

  command('beginPasskey', async (context, { http }) => {
    const { row } = await enrollingOf(context, http);
    return { ...(await tools.passkeys.beginCreation(context, row)) };
  }),

  command('addPasskey', async (context, { body, http }) => {
    const enrolling = await enrollingOf(context, http);
    await tools.passkeys.finishCreation(context, { ...body, principal: enrolling.row.id });
    return finishEnrolment(context, { enrolling, http, detail: { name: body.name } });
  }),

  command('removePasskey', async (context, { params, http }) => {
    const { row } = await enrollingOf(context, http);
    const has = await countFactors(context.db, row.id);
    await giveUp(context, { principal: row.id, left: { ...has, passkeys: has.passkeys - 1 } });
    const removed = await context.db
      .deleteFrom('passkeys')
      .where('id', '=', params.passkey)
      .where('principalId', '=', row.id)
      .returning('name')
      .executeTakeFirst();
    if (removed === undefined) return refuse('not-found', 'you have no such passkey');
    context.audit({ subject: `principal:${row.name}`, detail: removed });
    return undefined;
  }),

  command('makeRecoveryCodes', async (context, { http }) => {
    const { row } = await enrollingOf(context, http);
    if (!hasSecondFactor(await countFactors(context.db, row.id)))
      return refuse('wrong-state', 'recovery codes stand in for a second factor; set one up first');
    context.audit({ subject: `principal:${row.name}`, after: null });
    return { recoveryCodes: await makeRecoveryCodes(context, row.id) };
  }),
];

/**
 * Whose factors may be changed: a person's in a session of theirs, or in a sign-in that asks for one. A sign-in that asks for
 * the factor that somebody has must not set up another, and a token is no person.
 */
async function enrollingOf(context: CommandContext, http: Http): Promise<Enrolling> {
  const { db, actor } = context;
  const arrival = actor.kind === 'arriving' ? await findArrival(db, http) : undefined;
  if (actor.kind === 'arriving' && arrival?.step !== 'enrolment')
    return refuse('second-factor-needed', 'give the second factor that you have first');
  if (bearerOf(http) !== undefined)
    return refuse('not-permitted', 'second factors are set up in the console, where you are signed in yourself');
  const id = actor.kind === 'arriving' ? actor.id : ownId(actor);
  // Two that change the same person's factors at once must not take the last ones away together.
  await db.selectFrom('principals').select('id').where('id', '=', id).forUpdate().execute();
  const row = await findPrincipal(db, id);
  if (row.kind !== 'user' || !row.active) return refuse('not-permitted', 'a service account has no second factor');
  return { row, arrival };
}

/** The first factor comes with recovery codes; in a sign-in that asked for it, it completes the sign-in. */
async function finishEnrolment(
  context: CommandContext,
  given: { readonly enrolling: Enrolling; readonly http: Http; readonly detail?: Readonly<Record<string, unknown>> },
): Promise<{ recoveryCodes: string[] | null }> {
  const { enrolling, http, detail } = given;
  const { row, arrival } = enrolling;
  const { recoveryCodes } = await countFactors(context.db, row.id);
  const made = recoveryCodes === 0 ? await makeRecoveryCodes(context, row.id) : null;
  if (arrival !== undefined) await letIn(context, { principal: row, http, arrival });
  context.audit({
    subject: `principal:${row.name}`,
    detail: { ...detail, signedIn: arrival !== undefined },
    after: null,
  });
  return { recoveryCodes: made };
}

async function giveUp(
  { db }: CommandContext,
  given: { readonly principal: PrincipalId; readonly left: EnrolledFactors },
): Promise<void> {
  const { principal, left } = given;
  if (!mayGiveUpFactor({ left, policy: await readPolicy(db), roles: await rolesOf(db, principal) }))
    refuse('in-use', 'policy asks for a second factor, and this is your last; set another up first');
  if (!hasSecondFactor(left)) await db.deleteFrom('recoveryCodes').where('principalId', '=', principal).execute();
}
