import { type Actor, acceptedProofs, type PrincipalId, type ProofKind, refuse } from '@almanac/domain';
import type { Proof, SignInAnswer } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import {
  type Arrival,
  bearerOf,
  beginTry,
  closeArrival,
  codeTry,
  endTryWell,
  findArrival,
  findPrincipal,
  letIn,
  ownId,
  passwordTry,
  presentPrincipal,
  provedUntil,
  renewSession,
  type SignInTry,
  verifyPassword,
} from '#features/access';
import { readNumbers } from '#features/security-numbers';
import type { CommandContext, DirectContext, InTransaction, RequestExtras } from '#platform/http';
import type { SecretBox } from '#platform/secrets';
import type { Tables } from '#tables';
import type { Passkeys } from './passkeys.ts';
import { countFactors } from './read-factors.ts';
import { takeRecoveryCode } from './recovery-codes.ts';
import { takeCode } from './totp.ts';

type Http = RequestExtras['http'];

/** Whoever proves who they are: in the second step of a sign-in, or before something sensitive. */
export interface Prover {
  readonly row: Awaited<ReturnType<typeof findPrincipal>>;
  readonly arrival: Arrival | undefined;
  readonly proofs: readonly ProofKind[];
}

export async function readProver(db: Kysely<Tables>, actor: Actor, http: Http): Promise<Prover> {
  const arrival = actor.kind === 'arriving' ? await findArrival(db, http) : undefined;
  const id: PrincipalId = actor.kind === 'arriving' ? actor.id : ownId(actor);
  const row = await findPrincipal(db, id);
  if (!row.active || (actor.kind === 'arriving' && arrival === undefined))
    return refuse('not-signed-in', 'the sign-in took too long; begin again');
  const proofs = acceptedProofs(await countFactors(db, id), row.passwordHash !== null);
  return { row, arrival, proofs: arrival?.step === 'enrolment' ? [] : proofs };
}

/**
 * Checks a proof and takes it down: it completes the sign-in of whoever arrives, and gives others ten minutes for what is
 * sensitive. It is counted before it is looked at.
 */
export async function giveProof(
  tools: { readonly box: SecretBox; readonly passkeys: Passkeys },
  { db, actor, inTransaction }: DirectContext,
  { proof, http }: { readonly proof: Proof; readonly http: Http },
): Promise<SignInAnswer> {
  const prover = await readProver(db, actor, http);
  const { row, arrival } = prover;
  if (!prover.proofs.includes(proof.kind)) return refuseProof(prover, proof.kind);
  const attempt = tryOf(proof, row.name, http.request.ip);
  if (attempt !== undefined) await beginTry(inTransaction, attempt);
  if (arrival !== undefined && proof.kind !== 'passkey') await countWrongCode(inTransaction, { arrival, actor, http });
  const right =
    proof.kind !== 'password' ||
    (row.passwordHash !== null && (await verifyPassword(proof.password, row.passwordHash)));
  const subject = `principal:${row.name}`;
  const detail = { proof: proof.kind, address: http.request.ip };
  const action = arrival === undefined ? 'stepped-up' : 'signed-in';
  const answer = await inTransaction({ actor, action }, async (context) => {
    if (!right || !(await takeProof(tools, context, { prover, proof }))) {
      context.audit(null);
      return undefined;
    }
    if (attempt !== undefined) await endTryWell(context, attempt);
    context.audit({ subject, detail });
    return settle(context, { prover, http });
  });
  if (answer !== undefined) return answer;
  await inTransaction({ actor, action: 'proof-failed' }, async ({ audit }) => audit({ subject, detail }));
  return refuse(
    proof.kind === 'password' ? 'wrong-credentials' : 'wrong-code',
    proof.kind === 'code'
      ? 'each code works once, for about half a minute; take the one that the app shows now'
      : 'try again, or another way',
  );
}

function refuseProof({ arrival, proofs, row }: Prover, kind: ProofKind): never {
  if (arrival?.step === 'enrolment')
    return refuse('second-factor-needed', 'set a second factor up first: policy asks for one');
  const others = proofs.length === 0 ? 'sign in again' : `give one of these: ${proofs.join(', ')}`;
  return refuse('wrong-state', `a ${kind} proves nothing for ${row.name}; ${others}`);
}

function tryOf(proof: Proof, name: string, address: string): SignInTry | undefined {
  if (proof.kind === 'passkey') return undefined;
  return proof.kind === 'password' ? passwordTry({ name, address, knownDevice: true }) : codeTry(name);
}

/** A sign-in whose codes were wrong too often is void: whoever guesses needs the first factor again. */
async function countWrongCode(
  inTransaction: InTransaction,
  given: { readonly arrival: Arrival; readonly actor: Actor; readonly http: Http },
): Promise<void> {
  const { arrival, actor, http } = given;
  const isVoid = await inTransaction({ actor, action: null }, async (context) => {
    const counted = await context.db
      .updateTable('arrivals')
      .set((each) => ({ wrongCodes: each('wrongCodes', '+', 1) }))
      .where('tokenHash', '=', arrival.tokenHash)
      .returning('wrongCodes')
      .executeTakeFirst();
    if (counted !== undefined && counted.wrongCodes <= (await readNumbers(context.db))['wrong-codes']) return false;
    await closeArrival(context, { arrival, http });
    return true;
  });
  if (isVoid) refuse('not-signed-in', 'too many wrong codes: this sign-in is void; begin again with your password');
}

async function takeProof(
  tools: { readonly box: SecretBox; readonly passkeys: Passkeys },
  context: CommandContext,
  { prover, proof }: { readonly prover: Prover; readonly proof: Proof },
): Promise<boolean> {
  const principal = prover.row.id;
  switch (proof.kind) {
    case 'password':
      return true;
    case 'code':
      return takeCode(context, { box: tools.box, principal, code: proof.code, confirmed: true });
    case 'recovery-code':
      return takeRecoveryCode(context, principal, proof.code);
    case 'passkey':
      return (await tools.passkeys.takeProof(context, { principal, response: proof.response })) === principal;
  }
}

/** What a proof does: it lets in who arrives, and renews the session or the token of who is in. */
async function settle(
  context: CommandContext,
  { prover, http }: { readonly prover: Prover; readonly http: Http },
): Promise<SignInAnswer> {
  const { arrival, row } = prover;
  if (arrival !== undefined) return letIn(context, { principal: row, http, arrival });
  const token = bearerOf(http);
  if (token === undefined) await renewSession(context, http);
  else
    await context.db
      .updateTable('apiTokens')
      .set({ provedUntil: await provedUntil(context) })
      .where('tokenHash', '=', token)
      .execute();
  return { state: 'signed-in', ...presentPrincipal(row) };
}
