import { randomBytes } from 'node:crypto';
import { planRotation, type RotationFacts, type RotationStep } from '@almanac/domain';
import { failpoint, HostFault } from '@almanac/host';
import { type Kysely, sql } from 'kysely';
import type { InTransaction } from '#platform/http';
import type { Tables } from '#tables';
import { checkValueOf, keyBytes } from './encryption.ts';
import { type KeySource, putInPlace } from './key-source.ts';
import { addWrappingKey, lockKeyring, unwrapKey, wrapKey } from './keyring.ts';

export interface Rotation {
  readonly inTransaction: InTransaction;
  /** Where the server reads its key. */
  readonly usual: KeySource;
  /** The key that comes next, and the files of both where it takes the place of the usual one by itself. */
  readonly next: KeySource;
  readonly files?: { readonly next: string; readonly usual: string };
  /** Wrapping keys that one transaction deals with. */
  readonly batch: number;
}

const keeper = { kind: 'system', name: 'keys' } as const;

/** Takes the steps that are left of a rotation, or all of one; gives what the last of them was. */
export async function rotateMasterKey(
  rotation: Rotation,
  onStep: (step: RotationStep) => void,
): Promise<'done' | 'wait-for-operator'> {
  for (let last: RotationStep['kind'] | null = null; ; ) {
    const step = await rotateOnce(rotation, last);
    last = step.kind;
    onStep(step);
    if (step.kind === 'done' || step.kind === 'wait-for-operator') return step.kind;
  }
}

/** Takes the next step from what is there; each is durable before the following one. */
export async function rotateOnce(rotation: Rotation, last: RotationStep['kind'] | null): Promise<RotationStep> {
  failpoint('rotation-before-step');
  const step = await rotation.inTransaction({ actor: keeper, action: 'master-key-rotated' }, async (context) => {
    const { db } = context;
    await lockKeyring(db);
    const keys = { usual: await rotation.usual.read(), next: await rotation.next.read() };
    const facts = await readFacts(db, { keys, replaces: rotation.files !== undefined });
    const planned = planRotation(facts, last);
    await take(db, { rotation, keys, facts, step: planned });
    // From then on the next key is the one that counts.
    const isRotated = planned.kind === 'switch';
    context.audit(isRotated ? { subject: `master-key:${planned.generation}` } : null);
    return planned;
  });
  failpoint('rotation-after-step');
  return step;
}

interface Keys {
  readonly usual: Buffer | undefined;
  readonly next: Buffer | undefined;
}

async function readFacts(
  db: Kysely<Tables>,
  input: { readonly keys: Keys; readonly replaces: boolean },
): Promise<RotationFacts> {
  const { rows } = await sql<RotationFacts['generations'][number] & { readonly checkValue: string }>`
    select m.generation as number, m.state, m.check_value as "checkValue",
      (select count(*)::int from wrapping_keys k where not exists (
        select from wrapped_keys w where w.key_id = k.id and w.generation = m.generation)) as unwrapped
    from master_keys m order by m.generation`.execute(db);
  const generationOf = (key: Buffer | undefined) =>
    key === undefined ? undefined : rows.find((each) => each.checkValue === checkValueOf(key))?.number;
  return {
    generations: rows,
    usual: generationOf(input.keys.usual) ?? null,
    next: input.keys.next === undefined ? 'absent' : (generationOf(input.keys.next) ?? 'unknown'),
    replaces: input.replaces,
  };
}

interface Step {
  readonly rotation: Rotation;
  readonly keys: Keys;
  readonly facts: RotationFacts;
  readonly step: RotationStep;
}

async function take(db: Kysely<Tables>, { rotation, keys, facts, step }: Step): Promise<void> {
  switch (step.kind) {
    case 'make-key':
      if (rotation.next.make === undefined) throw new HostFault(`${rotation.next.name} is missing: make it first`);
      await rotation.next.make();
      return;
    case 'announce':
      return announce(db, { rotation, keys, facts });
    case 'wrap':
      return wrapBatch(db, { rotation, keys, facts, generation: step.generation });
    case 'switch':
      await verifyAll(db, { generation: step.generation, key: need(keys.next, rotation.next) });
      await db.updateTable('masterKeys').set({ state: 'going' }).where('state', '=', 'current').execute();
      await db.updateTable('masterKeys').set({ state: 'current' }).where('generation', '=', step.generation).execute();
      return;
    case 'give-up':
      await db.deleteFrom('wrappedKeys').where('generation', '=', step.generation).execute();
      await db.deleteFrom('masterKeys').where('generation', '=', step.generation).execute();
      return;
    case 'put-in-place':
      if (rotation.files !== undefined) await putInPlace(rotation.files.next, rotation.files.usual);
      return;
    case 'retire':
      return retireBatch(db, { generation: step.generation, batch: rotation.batch });
    case 'wait-for-operator':
    case 'done':
      return;
  }
}

/** The next generation is known from here on, with a wrapping key for what is kept from now on. */
async function announce(db: Kysely<Tables>, { rotation, keys, facts }: Omit<Step, 'step'>): Promise<void> {
  const current = facts.generations.find((each) => each.state === 'current');
  if (current === undefined) throw new HostFault('the server was never started on this database; start it first');
  if (facts.next !== 'unknown') throw new HostFault(`${rotation.next.name} is in use already: make another one`);
  const key = need(keys.usual, rotation.usual);
  if (facts.usual !== current.number)
    throw new HostFault(`${rotation.usual.name} is not that of this database; bring the right one back first`);
  const next = need(keys.next, rotation.next);
  const generation = Math.max(...facts.generations.map((each) => each.number)) + 1;
  await db
    .insertInto('masterKeys')
    .values({ generation, checkValue: checkValueOf(next), state: 'coming' })
    .execute();
  await addWrappingKey(db, {
    purpose: 'secrets',
    content: randomBytes(keyBytes),
    under: [
      { generation: current.number, key },
      { generation, key: next },
    ],
  });
}

async function wrapBatch(
  db: Kysely<Tables>,
  { rotation, keys, facts, generation }: Omit<Step, 'step'> & { readonly generation: number },
): Promise<void> {
  const from = facts.usual;
  if (from === null || from === generation)
    throw new HostFault(`${rotation.usual.name} does not open what is to be re-encrypted; bring the one before back`);
  const key = need(keys.usual, rotation.usual);
  const next = need(keys.next, rotation.next);
  const rows = await db
    .selectFrom('wrappedKeys')
    .select(['keyId', 'wrapped'])
    .where('generation', '=', from)
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom('wrappedKeys as copy')
            .select('copy.keyId')
            .whereRef('copy.keyId', '=', 'wrappedKeys.keyId')
            .where('copy.generation', '=', generation),
        ),
      ),
    )
    .orderBy('keyId')
    .limit(rotation.batch)
    .execute();
  for (const { keyId, wrapped } of rows) {
    const content = unwrapKey({ id: keyId, generation: from, key, wrapped });
    await db
      .insertInto('wrappedKeys')
      .values({ keyId, generation, wrapped: wrapKey({ id: keyId, generation, key: next, content }) })
      .execute();
    content.fill(0);
  }
}

/** Nothing is given up before the next key was seen to open everything. */
async function verifyAll(
  db: Kysely<Tables>,
  { generation, key }: { readonly generation: number; readonly key: Buffer },
): Promise<void> {
  const rows = await db.selectFrom('wrappedKeys').selectAll().where('generation', '=', generation).execute();
  for (const { keyId, wrapped } of rows) unwrapKey({ id: keyId, generation, key, wrapped }).fill(0);
}

async function retireBatch(
  db: Kysely<Tables>,
  { generation, batch }: { readonly generation: number; readonly batch: number },
): Promise<void> {
  const gone = await sql`
    delete from wrapped_keys where generation = ${generation} and key_id in (
      select key_id from wrapped_keys where generation = ${generation} order by key_id limit ${batch})`.execute(db);
  if (Number(gone.numAffectedRows ?? 0n) < batch)
    await db.deleteFrom('masterKeys').where('generation', '=', generation).execute();
}

function need(key: Buffer | undefined, source: KeySource): Buffer {
  if (key === undefined) throw new HostFault(`${source.name} is missing`);
  return key;
}
