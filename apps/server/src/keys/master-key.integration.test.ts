import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RotationStep } from '@almanac/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessOf } from '#features/authorization';
import { keySourceOf, openSecretBox, ownKeyFile, type Rotation, rotateOnce, Secret } from '#platform/secrets';
import { createInTransaction } from '../platform/transaction.ts';
import { openKeyringForTests } from './keyring-for-tests.ts';

const use = (id: string) => ({ kind: 'test', id });

describe('the master key', () => {
  let directory: string;
  let keyring: Awaited<ReturnType<typeof openKeyringForTests>>;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'almanac keys '));
    keyring = await openKeyringForTests(directory, 12);
  });
  afterAll(async () => {
    await keyring?.close();
    await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });

  const rotation = (): Rotation => {
    const next = `${keyring.keyFile}.next`;
    return {
      inTransaction: createInTransaction({ db: keyring.db, accessOf, onCommitted: () => undefined }),
      usual: ownKeyFile(keyring.keyFile),
      next: ownKeyFile(next),
      files: { next, usual: keyring.keyFile },
      batch: 5,
    };
  };
  /** Takes at most so many steps, as a run that is cut off afterwards. */
  const rotateFor = async (steps: number, given: Rotation = rotation()): Promise<readonly RotationStep['kind'][]> => {
    const taken: RotationStep['kind'][] = [];
    while (taken.length < steps && taken.at(-1) !== 'done' && taken.at(-1) !== 'wait-for-operator')
      taken.push((await rotateOnce(given, taken.at(-1) ?? null)).kind);
    return taken;
  };
  const openedBy = (path: string) => openSecretBox(keyring.db, keySourceOf({ kind: 'file', path }));

  it('is a file for this account alone', async () => {
    expect((await stat(keyring.keyFile)).mode & 0o077).toBe(0);
  });

  it('opens what was closed for one use for that use alone', async () => {
    const box = await keyring.open();
    const envelope = box.close(new Secret('word'), use('a'));
    const other = box.close(new Secret('word'), use('b'));
    const [version, id, wrapped, content] = envelope.split('.');

    expect(box.open(envelope, use('a')).reveal()).toBe('word');
    expect(other.split('.')[3]).not.toBe(content);
    for (const fault of [
      () => box.open(envelope, use('b')),
      () => box.open(envelope, { kind: 'other', id: 'a' }),
      () => box.open([version, id, other.split('.')[2], content].join('.'), use('a')),
      () => box.open([version, id, wrapped, other.split('.')[3]].join('.'), use('a')),
      () => box.open(['v1', wrapped, content].join('.'), use('a')),
    ])
      expect(fault).toThrow(/authenticate|damaged/);
  });

  it('does not open what was changed anywhere', async () => {
    const box = await keyring.open();
    const envelope = box.close(new Secret('word'), use('a'));

    for (let at = 0; at < envelope.length; at += 1) {
      const changed = `${envelope.slice(0, at)}${envelope[at] === 'A' ? 'B' : 'A'}${envelope.slice(at + 1)}`;
      // Bits beyond the last whole byte of base64url do not count.
      if (bytesOf(changed) === bytesOf(envelope)) continue;
      expect(() => box.open(changed, use('a')), `with ${at} changed`).toThrow(/authenticate|damaged|does not know/);
    }
  });

  it('rotates, goes on wherever it was cut off, and every secret can be read at every moment', async () => {
    const whole = await rotateFor(100);
    expect([...new Set(whole)]).toEqual(['make-key', 'announce', 'wrap', 'switch', 'put-in-place', 'retire', 'done']);
    for (let cut = 1; cut < whole.length; cut += 1) {
      const before = await readFile(keyring.keyFile, 'utf8');
      await keyring.keep(`before cut ${cut}`);

      await rotateFor(cut);
      expect(await keyring.unreadable(), `after step ${cut}`).toEqual([]);
      await keyring.keep(`after cut ${cut}`);
      await rotateFor(100);

      expect(await keyring.unreadable()).toEqual([]);
      expect(await readFile(keyring.keyFile, 'utf8')).not.toBe(before);
    }
    const { db } = keyring;
    const left = await db.selectFrom('masterKeys').select('state').execute();
    const copies = await db.selectFrom('wrappedKeys').select('keyId').execute();
    const keys = await db.selectFrom('wrappingKeys').select('id').execute();
    expect(left).toEqual([{ state: 'current' }]);
    expect(copies).toHaveLength(keys.length);
  });

  it('of before a rotation opens nothing afterwards', async () => {
    const old = join(directory, 'old.key');
    await writeFile(old, await readFile(keyring.keyFile), { mode: 0o600 });
    await rotateFor(100);

    await expect(openedBy(old)).rejects.toThrow('is another one than that of the secrets in this database');
  });

  it('moves to a file of the operator, while both open everything until the operator is done', async () => {
    const own = join(directory, 'operator.key');
    await writeFile(own, randomBytes(32).toString('base64'), { mode: 0o600 });
    const { files: _, ...common } = rotation();
    const to: Rotation = { ...common, next: keySourceOf({ kind: 'file', path: own }) };

    expect((await rotateFor(100, to)).at(-1)).toBe('wait-for-operator');
    expect(await keyring.unreadable()).toEqual([]);
    const box = await openedBy(own);
    for (const [id, envelope] of keyring.envelopes)
      expect(box.open(envelope, use(id)).reveal()).toBe(`secret of ${id}`);

    const finishing: Rotation = { ...to, usual: to.next };
    expect((await rotateFor(100, finishing)).at(-1)).toBe('done');
    await expect(keyring.open()).rejects.toThrow('another one');
    await rename(own, keyring.keyFile);
    expect(await keyring.unreadable()).toEqual([]);
  });

  it('is given up for another one when the next key was lost under way', async () => {
    await rotateFor(3);
    await rm(`${keyring.keyFile}.next`);

    const steps = await rotateFor(100);

    expect(steps[0]).toBe('give-up');
    expect(steps.at(-1)).toBe('done');
    expect(await keyring.unreadable()).toEqual([]);
  });

  it('comes from a program too, whose arguments no shell reads', async () => {
    const text = (await readFile(keyring.keyFile, 'utf8')).trim();
    const print = 'process.stdout.write(process.argv[1])';
    const box = await openSecretBox(
      keyring.db,
      keySourceOf({ kind: 'command', argv: [process.execPath, '-e', print, text] }),
    );

    for (const [id, envelope] of keyring.envelopes)
      expect(box.open(envelope, use(id)).reveal()).toBe(`secret of ${id}`);
  });

  it.each<[string, (path: string) => Promise<unknown>, RegExp]>([
    ['missing', (path) => rm(path), /is missing, and the secrets in the database cannot be read without it/],
    ['empty', (path) => writeFile(path, ''), /is no key: 32 random bytes/],
    ['cut short', async (path) => writeFile(path, (await readFile(path, 'utf8')).slice(0, 20)), /is no key/],
    ['another one', (path) => writeFile(path, randomBytes(32).toString('base64url')), /is another one than that/],
    ['readable by others', (path) => chmod(path, 0o640), /can be read by other accounts.*chmod 600/],
    ['a folder', async (path) => rm(path).then(() => rename(`${path}.folder`, path)), /must be a file/],
  ])('that is %s lets nobody start', async (_name, spoil, sentence) => {
    const kept = await readFile(keyring.keyFile);
    await mkdir(`${keyring.keyFile}.folder`, { recursive: true });
    try {
      await spoil(keyring.keyFile);
      await expect(keyring.open()).rejects.toThrow(sentence);
    } finally {
      await rm(keyring.keyFile, { recursive: true, force: true });
      await rm(`${keyring.keyFile}.folder`, { recursive: true, force: true });
      await writeFile(keyring.keyFile, kept, { mode: 0o600 });
    }
    expect(await keyring.unreadable()).toEqual([]);
  });

  it.each<[string, readonly [string, ...string[]], RegExp]>([
    ['is not there', ['/nowhere/kms'], /\/nowhere\/kms, is not there/],
    ['fails', [process.execPath, '-e', 'console.log("sk-half-a-key"); process.exit(3)'], /ended with status 3/],
    ['prints something else', [process.execPath, '-e', 'console.log("sk-half-a-key")'], /is no key/],
  ])('from a program that %s lets nobody start, and what it printed is not told', async (_name, argv, sentence) => {
    const refused = await openSecretBox(keyring.db, keySourceOf({ kind: 'command', argv })).catch((error) => error);

    expect(String(refused)).toMatch(sentence);
    expect(JSON.stringify(refused, Object.getOwnPropertyNames(refused))).not.toContain('sk-half-a-key');
  });
});

function bytesOf(envelope: string): string {
  return envelope
    .split('.')
    .map((part, index) => (index < 2 ? part : Buffer.from(part, 'base64url').toString('hex')))
    .join('.');
}
