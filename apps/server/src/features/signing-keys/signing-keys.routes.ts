import { actorName, type RetirementFault, refuse, retirementFault } from '@almanac/domain';
import { failpoint, newPrivateKey, privateKeyFromPem, publicSigningKey } from '@almanac/host';
import { sql } from 'kysely';
import { type CommandContext, command, type Endpoint, read } from '#platform/http';
import { Secret, type SecretBox } from '#platform/secrets';
import { signingKeyUse } from './server-keys.ts';
import { enrolledSites, presentSigningKeys } from './signing-key.wire.ts';

/** A set travels with all of them: so many are left at a time. */
const mostKeys = 8;
/** More sites are counted in a sentence, and not named. */
const mostNamed = 20;

export interface SigningKeyTools {
  readonly box: SecretBox;
  /** Nothing heard for so long, and a site counts as offline. */
  readonly offlineAfterSeconds: number;
}

export function signingKeyEndpoints({ box, offlineAfterSeconds }: SigningKeyTools): readonly Endpoint[] {
  return [
    read('listSigningKeys', ({ db }) => presentSigningKeys(db, offlineAfterSeconds)),

    command('addSigningKey', async (context) => {
      const { db } = context;
      await holdKeys(context);
      const keys = await db.selectFrom('signingKeys').select(['number', 'retiredAt']).execute();
      if (keys.filter((each) => each.retiredAt === null).length >= mostKeys)
        return refuse('wrong-state', `there are ${mostKeys} keys already; retire one first`);
      const pem = newPrivateKey('Ed25519');
      const { keyId, publicKey } = publicSigningKey(privateKeyFromPem(pem));
      await db
        .insertInto('signingKeys')
        .values({
          keyId,
          number: Math.max(...keys.map((each) => each.number)) + 1,
          publicKey,
          envelope: box.close(new Secret(pem), signingKeyUse(keyId)),
          createdAt: context.now,
          createdBy: actorName(context.actor),
          retiredAt: null,
          retiredBy: null,
        })
        .execute();
      await announce(context);
      context.audit({ subject: `signing-key:${keyId}`, detail: { publicKey } });
      return presentSigningKeys(db, offlineAfterSeconds);
    }),

    command('retireSigningKey', async (context, { params, body }) => {
      const { db } = context;
      await holdKeys(context);
      const rows = await db.selectFrom('signingKeys').select(['keyId', 'number', 'retiredAt']).execute();
      const keys = rows.map(({ retiredAt, ...each }) => ({ ...each, retired: retiredAt !== null }));
      const fault = retirementFault({ keys, keyId: params.key, sites: await enrolledSites(db, offlineAfterSeconds) });
      if (fault !== undefined && !(fault.kind === 'cuts-off' && body.evenIfCutOff))
        return refuseRetirement(fault, params.key);
      await db
        .updateTable('signingKeys')
        .set({ envelope: null, retiredAt: context.now, retiredBy: actorName(context.actor) })
        .where('keyId', '=', params.key)
        .execute();
      await announce(context);
      context.audit({
        subject: `signing-key:${params.key}`,
        detail: fault?.kind === 'cuts-off' ? { cutOff: fault.sites } : {},
      });
      return presentSigningKeys(db, offlineAfterSeconds);
    }),
  ];
}

/** One change of the keys at a time. */
async function holdKeys({ db }: CommandContext): Promise<void> {
  await db.selectFrom('installation').select('id').forUpdate().executeTakeFirstOrThrow();
}

/** The keys are another set now: every site is to learn it. */
async function announce(context: CommandContext): Promise<void> {
  await context.db.updateTable('installation').set({ keySet: sql`key_set + 1` }).execute();
  await context.record({ kind: 'signing-keys-changed', subject: {} });
  failpoint('signing-keys-before-commit');
}

function refuseRetirement(fault: RetirementFault, key: string): never {
  switch (fault.kind) {
    case 'unknown':
      return refuse('not-found', `there is no signing key ${key}; almanac signing-key list shows those that there are`);
    case 'retired-already':
      return refuse('nothing-to-do', `the signing key ${key} is retired already`);
    case 'last-one':
      return refuse('wrong-state', 'it is the only key that is left; add another one first (almanac signing-key add)');
    case 'cuts-off':
      return refuse(
        'in-use',
        `${namesOf(fault.sites)} ${fault.sites.length === 1 ? 'knows' : 'know'} no other key and would take no order any more. Wait until they were connected, or say evenIfCutOff (--even-if-cut-off) and let their agents enrol anew`,
      );
  }
}

function namesOf(sites: readonly string[]): string {
  const named = sites.slice(0, mostNamed).join(', ');
  return sites.length > mostNamed ? `${named} and ${sites.length - mostNamed} more sites` : named;
}
