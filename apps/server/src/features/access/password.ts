import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { NumbersInForce } from '@almanac/domain';
import { hash, verify } from '@node-rs/argon2';
import { type Kysely, sql } from 'kysely';
import { createGate } from '#platform/http';
import type { Tables } from '#tables';

const parallelism = 1;
/** What the library makes, in bytes. */
const [saltLength, tagLength] = [16, 32];

/**
 * Each takes its memory, a thread and a processor: more at once than there are processors would slow all of them, and everything
 * else that waits for a thread. Four at the most, so that what they take is known.
 */
const gate = createGate({ atWork: Math.min(4, availableParallelism()), waiting: 64, patience: 5000 });

type HashNumbers = Pick<NumbersInForce, 'argon2id-memory' | 'argon2id-passes'>;

/** The part of a PHC string that says what a hash costs; the stored text carries it, so that the numbers can be changed. */
function costOf(numbers: HashNumbers): string {
  return `$argon2id$v=19$m=${numbers['argon2id-memory'] * 1024},t=${numbers['argon2id-passes']},p=${parallelism}$`;
}

/** Hashes a password with argon2id (RFC 9106) into a PHC string. */
export function hashPassword(password: string, numbers: HashNumbers): Promise<string> {
  const [memoryCost, timeCost] = [numbers['argon2id-memory'] * 1024, numbers['argon2id-passes']];
  return gate.pass(() => hash(password, { memoryCost, timeCost, parallelism }));
}

const phc = /^(\$argon2id\$v=19\$m=\d+,t=\d+,p=\d+\$)[\w+/]+\$[\w+/]+$/;

/** Whether a PHC string was made with other numbers than those in force: it is made anew once the password is known. */
export function isOutdated(stored: string | null, numbers: HashNumbers): boolean {
  return phc.exec(stored ?? '')?.[1] !== costOf(numbers);
}

/** Whether a password belongs to a PHC string. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  return phc.test(stored) && (await gate.pass(() => verify(stored, password)));
}

/**
 * The hash of nobody's password, that costs what the hash of somebody costs: always the same for one name. Where numbers were
 * changed and not everybody signed in since, names of people and names of nobody take as long as before, and as long as now.
 */
export async function decoyHash(db: Kysely<Tables>, name: string, numbers: HashNumbers): Promise<string> {
  const { rows } = await sql<{ hash: string }>`
    select password_hash as hash from principals where password_hash is not null
    order by md5(id::text || ${name}) limit 1`.execute(db);
  const cost = phc.exec(rows[0]?.hash ?? '')?.[1] ?? costOf(numbers);
  return `${cost}${encode(randomBytes(saltLength))}$${encode(randomBytes(tagLength))}`;
}

function encode(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}
