import type { Secret } from './secret.ts';
import { spellingsOf } from './spellings.ts';

const asterisk = 0x2a;

/** Blackens secrets in what programs print: each byte of one becomes `*`, so that lengths and offsets stay. */
export interface Mask {
  /** Blackens in what is there as a whole. */
  readonly whole: (bytes: Buffer) => Buffer;
  /** Where secrets are, in whatever spelling; they may overlap. */
  readonly find: (bytes: Buffer) => readonly { readonly start: number; readonly end: number }[];
  /** Where the end of something may be the beginning of a secret; its length where it is not. */
  readonly certainUntil: (bytes: Buffer) => number;
  /** Bytes of the longest spelling: so many more are looked at on both sides of a part of something. */
  readonly longest: number;
}

/** Finds secrets plain and as they are usually written elsewhere: base64, hex, in addresses, in JSON and for shells. */
export function createMask(secrets: readonly Secret[]): Mask {
  const texts = new Set(secrets.flatMap((secret) => spellingsOf(secret.reveal())));
  const patterns = [...texts].map((text) => Buffer.from(text, 'utf8'));
  const longest = Math.max(0, ...patterns.map((each) => each.length));
  const find: Mask['find'] = (bytes) => {
    const found: { start: number; end: number }[] = [];
    for (const pattern of patterns)
      for (let at = bytes.indexOf(pattern); at !== -1; at = bytes.indexOf(pattern, at + 1))
        found.push({ start: at, end: at + pattern.length });
    return found;
  };
  return {
    longest,
    find,
    whole: (bytes) => {
      const masked = Buffer.from(bytes);
      for (const { start, end } of find(bytes)) masked.fill(asterisk, start, end);
      return masked;
    },
    certainUntil: (bytes) => {
      for (let at = Math.max(0, bytes.length - longest + 1); at < bytes.length; at += 1) {
        const rest = bytes.subarray(at);
        if (patterns.some((each) => each.length > rest.length && each.subarray(0, rest.length).equals(rest))) return at;
      }
      return bytes.length;
    },
  };
}

export interface MaskedPieces {
  /** Gives what is certain by now: only what may be the beginning of a secret is kept back. */
  readonly push: (piece: Buffer) => Buffer;
  /** Gives what was kept back. */
  readonly end: () => Buffer;
}

/** Blackens what comes in pieces: however it is cut, the same comes out. */
export function maskPieces(mask: Mask): MaskedPieces {
  let kept: Buffer = Buffer.alloc(0);
  /** So many bytes of what is kept back are the end of a secret whose beginning went out. */
  let known = 0;
  const give = (until: number): Buffer => {
    const found = mask.find(kept);
    const masked = Buffer.from(kept.subarray(0, until));
    masked.fill(asterisk, 0, Math.min(known, until));
    for (const { start, end } of found) if (start < until) masked.fill(asterisk, start, Math.min(end, until));
    const reach = Math.max(known, ...found.filter(({ start }) => start < until).map(({ end }) => end));
    known = Math.max(0, reach - until);
    kept = kept.subarray(until);
    return masked;
  };
  return {
    push: (piece) => {
      kept = Buffer.concat([kept, piece]);
      return give(mask.certainUntil(kept));
    },
    end: () => give(kept.length),
  };
}
