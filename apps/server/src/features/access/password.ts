import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { createGate } from '#platform/http';

/** Argon2id (RFC 9106) with 64 MiB in three passes; the stored text carries them, so they can be raised. */
const parameters = { memory: 65_536, passes: 3, parallelism: 1 } as const;
const tagLength = 32;

const argon2Now = promisify(argon2);
/** Each takes 64 MiB and a thread: more at once would slow all of them, and everything else that waits for a thread. */
const gate = createGate({ atWork: 4, waiting: 64, patience: 5000 });

function derive(parts: Omit<Parameters<typeof argon2>[1], never>): Promise<Buffer> {
  return gate.pass(() => argon2Now('argon2id', parts));
}

/** Hashes a password into a PHC string. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16);
  const tag = await derive({ message: password, nonce, ...parameters, tagLength });
  return `$argon2id$v=19$m=${parameters.memory},t=${parameters.passes},p=${parameters.parallelism}$${encode(nonce)}$${encode(tag)}`;
}

const phc = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/;

/** Whether a PHC string was made with other parameters than today's: it is made anew once the password is known. */
export function isOutdated(stored: string | null): boolean {
  const [, memory, passes, parallelism] = phc.exec(stored ?? '') ?? [];
  return (
    Number(memory) !== parameters.memory ||
    Number(passes) !== parameters.passes ||
    Number(parallelism) !== parameters.parallelism
  );
}

/** Whether a password belongs to a PHC string; takes as long for a string that nobody has. */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  const parsed = phc.exec(stored ?? (await unmatched()));
  const [, memory, passes, parallelism, nonce, tag] = parsed ?? [];
  if (nonce === undefined || tag === undefined) return false;
  const expected = Buffer.from(tag, 'base64');
  const actual = await derive({
    message: password,
    nonce: Buffer.from(nonce, 'base64'),
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    tagLength: expected.length,
  });
  return timingSafeEqual(actual, expected) && stored !== null;
}

let placeholder: Promise<string> | undefined;

function unmatched(): Promise<string> {
  placeholder ??= hashPassword(randomBytes(24).toString('base64'));
  return placeholder;
}

function encode(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}
