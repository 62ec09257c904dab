import { type PrincipalId, refuse } from '@almanac/domain';
import type { Proof } from '@almanac/protocol';
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import type { CommandContext } from '#platform/http';
import type { SecretBox } from '#platform/secrets';
import { makeChallenge, takeChallenge } from './passkey-challenge.ts';
import type { RelyingParty } from './relying-party.ts';

type Asserted = Extract<Proof, { kind: 'passkey' }>['response'];
type Attested = Parameters<typeof verifyRegistrationResponse>[0]['response'];
type Transports = NonNullable<Parameters<typeof verifyAuthenticationResponse>[0]['credential']['transports']>;

/** Passkeys that one account may have. */
const mostPasskeys = 20;

export interface Passkeys {
  /** What the browser is asked to make. */
  readonly beginCreation: (
    context: CommandContext,
    of: { readonly id: PrincipalId; readonly name: string },
  ) => ReturnType<typeof generateRegistrationOptions>;
  /** Keeps what it made. */
  readonly finishCreation: (
    context: CommandContext,
    given: { readonly principal: PrincipalId; readonly name: string; readonly response: unknown },
  ) => Promise<void>;
  /** What the browser is asked to prove; with no principal, by whichever passkey its owner chooses. */
  readonly beginProof: (
    context: CommandContext,
    principal: PrincipalId | null,
  ) => ReturnType<typeof generateAuthenticationOptions>;
  /** Whose passkey proved it; undefined where it did not. */
  readonly takeProof: (
    context: CommandContext,
    given: { readonly principal: PrincipalId | null; readonly response: Asserted },
  ) => Promise<PrincipalId | undefined>;
}

/** Passkeys (WebAuthn) that are found without a name, and that their owner unlocks. */
export function createPasskeys(tools: { readonly party: RelyingParty | undefined; readonly box: SecretBox }): Passkeys {
  const { box } = tools;
  const party = () =>
    tools.party ??
    refuse('wrong-state', 'browsers make passkeys only where Almanac has a name and HTTPS; set ALMANAC_PUBLIC_URL');
  const expected = () => ({ expectedOrigin: party().origin, expectedRPID: party().id, requireUserVerification: true });
  return {
    beginCreation: async ({ db, now }, { id, name }) => {
      const rows = await credentialsOf(db, id);
      if (rows.length >= mostPasskeys)
        return refuse('wrong-state', `${mostPasskeys} passkeys are the most; give one up`);
      return generateRegistrationOptions({
        rpName: 'Almanac',
        rpID: party().id,
        userName: name,
        userID: handleOf(id),
        challenge: makeChallenge(box, now, { purpose: 'create', principal: id }),
        attestationType: 'none',
        excludeCredentials: rows,
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      });
    },

    finishCreation: async (context, { principal, name, response }) => {
      const verified = await orNothing(
        verifyRegistrationResponse({
          ...expected(),
          response: response as Attested,
          expectedChallenge: (challenge) =>
            takeChallenge(context, { box, challenge, expected: { purpose: 'create', principal } }),
        }),
      );
      if (verified?.verified !== true)
        return refuse('wrong-code', 'the browser did not answer what was asked, or too late; begin again');
      const { credential, credentialBackedUp } = verified.registrationInfo;
      await context.db
        .insertInto('passkeys')
        .values({
          id: context.newId<'passkey'>(),
          principalId: principal,
          name,
          credentialId: credential.id,
          publicKey: Buffer.from(credential.publicKey),
          counter: credential.counter,
          transports: credential.transports ?? [],
          backedUp: credentialBackedUp,
          createdAt: context.now,
          lastUsedAt: null,
        })
        .execute();
    },

    beginProof: async ({ db, now }, principal) =>
      generateAuthenticationOptions({
        rpID: party().id,
        challenge: makeChallenge(box, now, { purpose: 'prove', principal }),
        allowCredentials: principal === null ? [] : await credentialsOf(db, principal),
        userVerification: 'required',
      }),

    takeProof: async (context, { principal, response }) => {
      const row = await context.db
        .selectFrom('passkeys')
        .selectAll()
        .where('credentialId', '=', response.id)
        .forUpdate()
        .executeTakeFirst();
      const handle = response.response.userHandle;
      if (row === undefined || (principal !== null && row.principalId !== principal)) return undefined;
      if (handle !== undefined && handle !== Buffer.from(handleOf(row.principalId)).toString('base64url'))
        return undefined;
      const verified = await orNothing(
        verifyAuthenticationResponse({
          ...expected(),
          // What is absent is left out: that is what its type asks for, and parsing leaves members that are undefined.
          response: response as Parameters<typeof verifyAuthenticationResponse>[0]['response'],
          credential: {
            id: row.credentialId,
            publicKey: new Uint8Array(row.publicKey),
            counter: Number(row.counter),
            transports: row.transports as Transports,
          },
          expectedChallenge: (challenge) =>
            takeChallenge(context, { box, challenge, expected: { purpose: 'prove', principal } }),
        }),
      );
      if (verified?.verified !== true) return undefined;
      await context.db
        .updateTable('passkeys')
        .set({
          counter: verified.authenticationInfo.newCounter,
          backedUp: verified.authenticationInfo.credentialBackedUp,
          lastUsedAt: context.now,
        })
        .where('id', '=', row.id)
        .execute();
      return row.principalId;
    },
  };
}

async function credentialsOf(db: CommandContext['db'], principal: PrincipalId) {
  const rows = await db
    .selectFrom('passkeys')
    .select(['credentialId', 'transports'])
    .where('principalId', '=', principal)
    .execute();
  return rows.map((each) => ({ id: each.credentialId, transports: each.transports }));
}

/** What the authenticator keeps of its owner: the key of the account, which says nothing of them. */
function handleOf(principal: PrincipalId): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(principal, 'utf8'));
}

/** The library throws at whatever a browser or somebody else made wrong; for us that is one answer: it is no proof. */
async function orNothing<Result>(verifying: Promise<Result>): Promise<Result | undefined> {
  try {
    return await verifying;
  } catch {
    return undefined;
  }
}
