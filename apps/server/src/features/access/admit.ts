import type { NextStep, PrincipalId, ProofKind, SessionId } from '@almanac/domain';
import type { Principal, SignInAnswer } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import type { CommandContext, RequestExtras } from '#platform/http';
import type { Tables } from '#tables';
import { type Arrival, closeArrival, openArrival } from './arrivals.ts';
import { rememberDevice } from './known-devices.ts';
import { presentPrincipal } from './present-principal.ts';
import { openSession } from './sessions.ts';

type Http = RequestExtras['http'];

/** Finds out how a sign-in goes on after its first factor; whoever keeps second factors provides it. */
export type AskNextStep = (
  db: Kysely<Tables>,
  given: { readonly principal: PrincipalId; readonly hadSecondFactor: boolean },
) => Promise<{ readonly step: NextStep; readonly proofs: readonly ProofKind[] }>;

/** What opened: the session, or the arrival that lacks its second step. */
export type Opened = { readonly sessionId: SessionId } | { readonly arrivalHash: string };

/**
 * Lets somebody in who gave their first factor: at once, or as far as to the second step. It is the only way from a password,
 * a link or a provider to a session.
 */
export type Admit = (
  context: CommandContext,
  given: { readonly principal: Principal; readonly http: Http; readonly hadSecondFactor: boolean },
) => Promise<{ readonly answer: SignInAnswer; readonly opened: Opened }>;

export function createAdmit(askNextStep: AskNextStep): Admit {
  return async (context, { principal, http, hadSecondFactor }) => {
    const { step, proofs } = await askNextStep(context.db, { principal: principal.id, hadSecondFactor });
    if (step === 'signed-in') {
      const sessionId = await openKnownSession(context, { principal, http });
      return { answer: { state: 'signed-in', ...presentPrincipal(principal) }, opened: { sessionId } };
    }
    const arrivalHash = await openArrival(context, { principal: principal.id, step, http });
    const { name } = principal;
    const answer: SignInAnswer =
      step === 'enrolment' ? { state: step, name } : { state: step, name, proofs: [...proofs] };
    return { answer, opened: { arrivalHash } };
  };
}

/** Lets somebody in of whom nothing more is asked; with an arrival, it is over, and what a provider keeps of it goes on. */
export async function letIn(
  context: CommandContext,
  given: { readonly principal: Principal; readonly http: Http; readonly arrival?: Arrival | undefined },
): Promise<Extract<SignInAnswer, { state: 'signed-in' }>> {
  const { principal, http, arrival } = given;
  const sessionId = await openKnownSession(context, given);
  if (arrival !== undefined) {
    await context.db
      .updateTable('providerSessions')
      .set({ sessionId, arrivalHash: null })
      .where('arrivalHash', '=', arrival.tokenHash)
      .execute();
    await closeArrival(context, { arrival, http });
  }
  return { state: 'signed-in', ...presentPrincipal(principal) };
}

async function openKnownSession(
  context: CommandContext,
  { principal, http }: { readonly principal: Principal; readonly http: Http },
): Promise<SessionId> {
  const session = await openSession(context, { principal: principal.id, http });
  await rememberDevice(context, { principal: principal.id, http });
  return session;
}

/** What the audit says of a sign-in that is not complete. */
export function leftToDo(answer: SignInAnswer): { readonly outstanding?: string } {
  return answer.state === 'signed-in' ? {} : { outstanding: answer.state };
}
