import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AuditCheckpoint,
  type AuditEntry,
  AuditVerifier,
  checkpointText,
  type SealedEntry,
  sealedText,
} from './audit-chain.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
/** Stands for a signature: whoever knows the word can make it. */
const sign = (text: string) => sha256(`word ${text}`);

function chainOf(count: number, begin = 1): readonly SealedEntry[] {
  let previous = '';
  return Array.from({ length: begin - 1 + count }, (_, at) => {
    const entry: AuditEntry = {
      sequence: at + 1,
      at: new Date(Date.UTC(2026, 0, 1) + at * 1000).toISOString(),
      actor: 'ada',
      action: 'plan-started',
      subject: `plan:${at}`,
      detail: JSON.stringify({ environment: 'production' }),
      before: at % 3 === 0 ? null : sha256(`before ${at}`),
      after: at % 3 === 0 ? null : sha256(`after ${at}`),
    };
    previous = sha256(sealedText(previous, entry));
    return { ...entry, hash: previous };
  }).slice(begin - 1);
}

function checkpointAt(chain: readonly SealedEntry[], sequence: number): AuditCheckpoint {
  const hash = chain.find((each) => each.sequence === sequence)?.hash ?? '';
  const at = '2026-01-02T00:00:00.000Z';
  return { sequence, hash, at, keyId: 'k', signature: sign(checkpointText({ sequence, hash, at })) };
}

function verify(chain: readonly SealedEntry[], checkpoints: readonly AuditCheckpoint[] = []) {
  const verifier = new AuditVerifier({
    sha256,
    checkpoints,
    isSigned: (text, { signature }) => signature === sign(text),
  });
  for (const entry of chain) verifier.entry(entry);
  return verifier.end();
}

/** Seals a chain anew, as somebody would who may write everything. */
function resealed(chain: readonly SealedEntry[]): readonly SealedEntry[] {
  let previous = '';
  return chain.map((entry, at) => {
    const renumbered = { ...entry, sequence: at + 1 };
    previous = sha256(sealedText(previous, renumbered));
    return { ...renumbered, hash: previous };
  });
}

const whole = chainOf(30);

describe('a chain of the audit', () => {
  it('that nobody touched is verified, with the checkpoints that it agrees with', () => {
    expect(verify(whole, [checkpointAt(whole, 10), checkpointAt(whole, 30)])).toEqual({
      entries: 30,
      first: 1,
      last: 30,
      confirmed: 2,
      faults: [],
    });
    expect(verify([])).toEqual({ entries: 0, first: null, last: null, confirmed: 0, faults: [] });
  });

  it('in which any part of any entry is another one is found out', () => {
    const parts = ['at', 'actor', 'action', 'subject', 'detail', 'before', 'after', 'hash'] as const;
    fc.assert(
      fc.property(fc.nat({ max: 29 }), fc.constantFrom(...parts), fc.string(), (at, part, text) => {
        fc.pre(whole[at]?.[part] !== text);
        const { faults } = verify(whole.map((each, index) => (index === at ? { ...each, [part]: text } : each)));

        expect(faults[0]).toEqual({ kind: 'altered', sequence: at + 1 });
      }),
    );
  });

  it('from which an entry was taken, or in which two were exchanged, is found out', () => {
    fc.assert(
      fc.property(fc.nat({ max: 28 }), (at) => {
        const without = whole.filter((_, index) => index !== at);
        const exchanged = whole.with(at, whole[at + 1] as SealedEntry).with(at + 1, whole[at] as SealedEntry);

        expect(verify(without).faults[0]).toMatchObject({ kind: 'gap', found: at + 2 });
        expect(verify(exchanged).faults[0]).toMatchObject({ kind: 'gap' });
      }),
    );
  });

  it('whose tail was cut, or that was sealed anew, is found out by an earlier checkpoint', () => {
    const kept = checkpointAt(whole, 20);
    fc.assert(
      fc.property(fc.nat({ max: 18 }), (at) => {
        const rewritten = resealed(whole.filter((_, index) => index !== at));

        expect(verify(whole.slice(0, at + 1), [kept]).faults).toEqual([{ kind: 'cut', sequence: 20, last: at + 1 }]);
        expect(verify(rewritten).faults).toEqual([]);
        expect(verify(rewritten, [kept]).faults).toEqual([{ kind: 'rewritten', sequence: 20 }]);
      }),
    );
  });

  it('is not believed for a checkpoint that nobody known signed, nor for two that differ', () => {
    const [forged, other] = [
      { ...checkpointAt(whole, 5), signature: 'mine' },
      checkpointAt(resealed(whole.slice(1)), 7),
    ];

    expect(verify(whole, [forged]).faults).toEqual([{ kind: 'forged-checkpoint', sequence: 5 }]);
    expect(verify(whole, [checkpointAt(whole, 7), other]).faults).toEqual([{ kind: 'rewritten', sequence: 7 }]);
  });

  it('begins at a checkpoint where older entries were given up, and nowhere else', () => {
    const rest = whole.slice(10);

    expect(verify(rest, [checkpointAt(whole, 10)])).toMatchObject({ first: 11, last: 30, faults: [] });
    expect(verify(rest).faults).toEqual([{ kind: 'gap', expected: 1, found: 11 }]);
    expect(verify(whole.slice(11), [checkpointAt(whole, 10)]).faults).toMatchObject([{ kind: 'gap' }]);
    expect(verify([], [checkpointAt(whole, 10)]).faults).toEqual([{ kind: 'cut', sequence: 10, last: 0 }]);
  });

  it('of before there were digests keeps its seals', () => {
    const old = chainOf(1)[0];

    expect(sealedText('x', { ...(old as SealedEntry), before: null, after: null })).toBe(
      JSON.stringify(['x', 1, old?.at, 'ada', 'plan-started', 'plan:0', old?.detail]),
    );
  });
});
