import { createHash } from 'node:crypto';
import { type AuditCheckpoint, AuditVerifier, sealedText } from '@almanac/domain';
import { verifyText } from '@almanac/host';
import { type AuditLine, auditLine } from '@almanac/protocol';
import { waitUntil } from '@almanac/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerForTests, startServerForTests } from './server-for-tests.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const commands = 60;
/** What breaks lines or colours terminals, in a field that somebody fills in. */
const nasty = ['a\r\nb', 'a\u2028b', '\u001b[31mred', '"},{"sequence":1', '=cmd|x', '\ud83d\udca3'];

describe('the chain of the audit, which somebody may rewrite who is everything but the keeper of a checkpoint', () => {
  let tests: ServerForTests;
  let text: string;
  let lines: readonly AuditLine[];
  let kept: AuditCheckpoint;
  let keys: readonly { readonly keyId: string; readonly publicKey: string }[];

  /** Whether an export is believed, by somebody who kept one checkpoint elsewhere. */
  const isBelieved = (entries: readonly AuditLine[]): boolean => {
    const verifier = new AuditVerifier({
      sha256,
      checkpoints: [kept],
      isSigned: (signed, { keyId, signature }) =>
        keys.some((key) => key.keyId === keyId && verifyText({ text: signed, signature, publicKey: key.publicKey })),
    });
    for (const entry of entries) verifier.entry(entry);
    return verifier.end().faults.length === 0;
  };
  const parsed = (exported: string): readonly AuditLine[] | undefined => {
    try {
      return exported
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => auditLine.parse(JSON.parse(line)));
    } catch {
      return undefined;
    }
  };

  beforeAll(async () => {
    tests = await startServerForTests();
    for (let at = 0; at < commands; at += 1)
      await tests.send('POST /environments', {
        body: { name: `env-${at}`, displayName: `Environment ${nasty[at % nasty.length]}`, type: 'test' },
      });
    kept = await waitUntil(
      'the end of the chain to be signed',
      async () => {
        const { unsealed, items } = (await tests.send('GET /audit/checkpoints?limit=1')).body;
        const newest = (await tests.send('GET /audit?limit=1')).body.items[0];
        return unsealed === 0 && items[0]?.sequence === newest.sequence && items[0];
      },
      120,
    );
    keys = (await tests.send('GET /audit/checkpoints?limit=1')).body.keys;
    text = String((await tests.send('GET /audit/export')).body);
    lines = parsed(text) ?? [];
  });
  afterAll(() => tests.stop());

  it('is believed as it is, one line for each entry whatever was written into its fields', () => {
    expect(lines.length).toBeGreaterThanOrEqual(commands);
    expect(text.trimEnd().split(/[\r\n\u2028\u2029]/)).toHaveLength(lines.length);
    expect(isBelieved(lines)).toBe(true);
  });

  it('is not believed with any byte of it another one', () => {
    const bytes = Buffer.from(text, 'utf8');
    const believed: number[] = [];
    for (let at = 0; at < bytes.length; at += 1) {
      const original = bytes[at] ?? 0;
      if (original === 0x0a) continue;
      bytes[at] = original ^ 1;
      const changed = parsed(bytes.toString('utf8'));
      if (changed !== undefined && isBelieved(changed)) believed.push(at);
      bytes[at] = original;
    }

    expect(believed).toEqual([]);
  }, 600_000);

  it('is not believed with any row taken out, repeated, or exchanged with another one', () => {
    const believed: string[] = [];
    const look = (what: string, entries: readonly AuditLine[]) => isBelieved(entries) && believed.push(what);
    for (let at = 0; at < lines.length; at += 1) {
      look(`without ${at}`, lines.toSpliced(at, 1));
      look(`${at} twice`, lines.toSpliced(at, 0, lines[at] as AuditLine));
      look(`an end after ${at}`, lines.slice(0, at));
      for (let other = at + 1; other < lines.length; other += 1) {
        const exchanged = [...lines];
        [exchanged[at], exchanged[other]] = [lines[other] as AuditLine, lines[at] as AuditLine];
        look(`${at} for ${other}`, exchanged);
      }
    }

    expect(believed).toEqual([]);
  }, 600_000);

  it('is not believed when it was written anew as a whole, from any row on', () => {
    const believed = lines.map((_, from) => {
      let previous = '';
      const rewritten = lines.map((line, at) => {
        const entry = at < from ? line : { ...line, actor: 'somebody else' };
        previous = sha256(sealedText(previous, entry));
        return { ...entry, hash: previous };
      });
      return isBelieved(rewritten);
    });

    expect(believed).not.toContain(true);
  });
});
