import { proofKinds } from '@almanac/domain';
import { z } from 'zod';
import { route } from '../route.ts';
import { assertedPasskey, passkeyRequest } from './passkey-ceremony.ts';
import { principal } from './principal.ts';

/** What is left to do of a sign-in: it is done with `giveProof`, or by enrolling a second factor. */
export const outstandingSignIn = z.discriminatedUnion('state', [
  z.object({ state: z.literal('second-factor'), name: z.string(), proofs: z.array(z.enum(proofKinds)) }),
  z.object({ state: z.literal('enrolment'), name: z.string() }),
]);
export type OutstandingSignIn = z.output<typeof outstandingSignIn>;

/** How far a sign-in is. */
export const signInAnswer = z
  .discriminatedUnion('state', [principal.extend({ state: z.literal('signed-in') }), ...outstandingSignIn.options])
  .meta({ id: 'SignInAnswer' });
export type SignInAnswer = z.output<typeof signInAnswer>;

/** Six digits of an authenticator app, as they are shown. */
export const code = z
  .string()
  .trim()
  .transform((text) => text.replaceAll(' ', ''))
  .pipe(z.string().regex(/^\d{6}$/, 'six digits'));

export const proof = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('password'), password: z.string().max(200) }),
    z.strictObject({ kind: z.literal('code'), code }),
    z.strictObject({ kind: z.literal('recovery-code'), code: z.string().max(60) }),
    z.strictObject({ kind: z.literal('passkey'), response: assertedPasskey }),
  ])
  .meta({ id: 'Proof' });
export type Proof = z.output<typeof proof>;

export const signInRoutes = {
  signIn: route({
    method: 'POST',
    path: '/sessions',
    summary: 'Signs in with name and password; the answer sets the cookie of the session, or of what is left to do',
    permission: 'public',
    audit: 'signed-in',
    body: z.strictObject({ name: z.string().max(200), password: z.string().max(200) }),
    response: signInAnswer,
    status: 201,
  }),
  signInWithPasskey: route({
    method: 'POST',
    path: '/sessions/passkey',
    summary: 'Signs in with a passkey alone; it is unlocked by its owner, and so needs no second factor',
    permission: 'public',
    audit: 'signed-in',
    body: z.strictObject({ response: assertedPasskey }),
    response: signInAnswer,
    status: 201,
  }),
  askPasskey: route({
    method: 'POST',
    path: '/passkey-challenges',
    summary: 'Begins a proof with a passkey: of whoever asks, or of anybody where nobody is signed in yet',
    permission: 'public',
    audit: { notAudited: 'nothing is changed: the challenge carries what it is for itself' },
    body: z.strictObject({}),
    response: passkeyRequest,
  }),
  getProofs: route({
    method: 'GET',
    path: '/me/proofs',
    summary: 'By what whoever asks can prove who they are, and what it would do',
    permission: 'arriving',
    audit: null,
    response: z.object({
      name: z.string(),
      purpose: z.enum(['second-factor', 'enrolment', 'step-up']),
      proofs: z.array(z.enum(proofKinds)),
    }),
  }),
  giveProof: route({
    method: 'POST',
    path: '/me/proofs',
    summary: 'Proves who one is: takes the second step of a sign-in, or lets what is sensitive pass for ten minutes',
    permission: 'arriving',
    audit: 'stepped-up',
    body: proof,
    response: signInAnswer,
  }),
} as const;
