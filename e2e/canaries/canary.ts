import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { spellingsOf } from '@almanac/host';

/** A secret that is nowhere else in the world, so that whoever finds it knows from where it came. */
export interface Canary {
  /** Which secret of Almanac it is. */
  readonly name: string;
  readonly text: string;
}

/** Random letters and digits; with characters between them that are written otherwise in JSON, addresses and shells. */
export function newCanary(name: string, options: { readonly plain?: boolean } = {}): Canary {
  const part = () => randomBytes(24).toString('base64').replaceAll(/[+/=]/g, '').slice(0, 16);
  return { name, text: options.plain === true ? `${part()}${part()}` : `${part()}"${part()}` };
}

/** Bytes of a secret that are found as a fragment of it. */
const fragmentBytes = 8;
/** What every fragment begins with is looked up first. */
const prefixBytes = 8;

export interface Finding {
  readonly canary: string;
  /** Where it was found: the name of what was searched. */
  readonly place: string;
  readonly around: string;
}

/** Finds canaries, and eight bytes of one, in every usual spelling; one look at each byte. */
export function createSearch(canaries: readonly Canary[]) {
  const byPrefix = new Map<string, { readonly fragment: string; readonly canary: string }[]>();
  const starts = new Uint8Array(1 << 16);
  for (const { name, text } of canaries)
    for (const fragment of fragmentsOf(text)) {
      const prefix = fragment.slice(0, prefixBytes);
      byPrefix.set(prefix, [...(byPrefix.get(prefix) ?? []), { fragment, canary: name }]);
      starts[pairAt(Buffer.from(prefix, 'latin1'), 0)] = 1;
    }
  const search = (place: string, content: string | Buffer): readonly Finding[] => {
    const bytes = opened(typeof content === 'string' ? Buffer.from(content, 'utf8') : content);
    const found = new Map<string, Finding>();
    for (let at = 0; at + prefixBytes <= bytes.length; at += 1) {
      if (starts[pairAt(bytes, at)] === 0) continue;
      for (const { fragment, canary } of byPrefix.get(bytes.toString('latin1', at, at + prefixBytes)) ?? [])
        if (!found.has(canary) && bytes.toString('latin1', at, at + fragment.length) === fragment)
          found.set(canary, { canary, place, around: bytes.toString('latin1', Math.max(0, at - 60), at + 4) });
    }
    return [...found.values()];
  };
  return search;
}

function pairAt(bytes: Buffer, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

/** Compressed files are looked into. */
function opened(bytes: Buffer): Buffer {
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
}

/** What eight bytes of a secret are in each spelling: twice as many characters in hex, one third more in base64. */
function fragmentsOf(text: string): ReadonlySet<string> {
  const fragments = new Set<string>();
  const plain = Buffer.from(text, 'utf8');
  for (const spelling of spellingsOf(text)) {
    const isHex = /^[0-9a-fA-F]+$/.test(spelling) && spelling.length === plain.length * 2;
    const isPlain = spelling.length >= plain.length && spelling.includes(text.slice(0, fragmentBytes));
    const length = isHex ? fragmentBytes * 2 : isPlain ? fragmentBytes : Math.ceil((fragmentBytes * 8) / 6);
    const bytes = Buffer.from(spelling, 'utf8').toString('latin1');
    for (let at = 0; at + length <= bytes.length; at += 1) fragments.add(bytes.slice(at, at + length));
  }
  return fragments;
}
