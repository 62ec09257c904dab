import type { Ring, Rings } from '@almanac/protocol';

/** A ring as it stands in the form: what people type. */
export interface RingDraft {
  /** Tells rows apart while their names change. */
  readonly key: number;
  readonly name: string;
  /** `tier=canary`, or a share such as `10 %`. */
  readonly sites: string;
  readonly successThreshold: number;
  readonly errorThreshold: number;
  readonly minExecuted: number;
  readonly soak: number;
  readonly maxOffline: number;
  readonly onError: Ring['onError'];
}

export interface RingsDraft {
  readonly rings: readonly RingDraft[];
  readonly link: { readonly label: string; readonly atOnce: number };
}

export const errorWords = {
  pause: 'the plan rests',
  'rollback-ring': 'the ring goes back',
  'rollback-all': 'all sites go back',
} as const satisfies Record<Ring['onError'], string>;

const plain = { errorThreshold: 0, minExecuted: 1, soak: 0, maxOffline: 100, onError: 'pause' } as const;

/** What the form begins with: the rings that are, or a canary and the rest. */
export function draftOf(rings: Rings | null): RingsDraft {
  if (rings === null)
    return {
      rings: [
        { ...plain, key: 0, name: 'canary', sites: '5 %', successThreshold: 100, soak: 10 },
        { ...plain, key: 1, name: 'rest', sites: '100 %', successThreshold: 95, errorThreshold: 5, minExecuted: 20 },
      ],
      link: { label: '', atOnce: 1 },
    };
  return {
    rings: rings.rings.map(({ sites, ...ring }, key) => ({ ...ring, key, sites: sitesText(sites) })),
    link: rings.link ?? { label: '', atOnce: 1 },
  };
}

export function sitesText(sites: Ring['sites']): string {
  return sites.kind === 'share'
    ? `${sites.percent} %`
    : Object.entries(sites.labels)
        .map(([key, value]) => `${key}=${value}`)
        .join(' ');
}

/** The rings of the form; whether they can be used says the server, with the place of each fault. */
export function ringsOf({ rings, link }: RingsDraft): Rings {
  return {
    rings: rings.map(({ key: _, sites, ...ring }) => ({ ...ring, name: ring.name.trim(), sites: sitesOf(sites) })),
    link: link.label.trim() === '' ? null : { label: link.label.trim(), atOnce: link.atOnce },
  };
}

function sitesOf(text: string): Ring['sites'] {
  const share = /^\s*(\d+(?:\.\d+)?)\s*%?\s*$/.exec(text)?.[1];
  return share === undefined ? { kind: 'labels', labels: labelsOf(text) } : { kind: 'share', percent: Number(share) };
}

/** Labels as people type them: `key=value`, apart by spaces, commas or lines. */
export function labelsOf(text: string): Record<string, string> {
  const words = text.split(/[\s,]+/).filter((each) => each !== '');
  return Object.fromEntries(words.map((each) => [each.split('=')[0] ?? each, each.split('=').slice(1).join('=')]));
}

/** A new ring before the last one, which takes the rest. */
export function withRing(draft: RingsDraft): RingsDraft {
  const key = Math.max(0, ...draft.rings.map((each) => each.key)) + 1;
  const ring = { ...plain, key, name: `ring-${draft.rings.length}`, sites: '10 %', successThreshold: 95 };
  return { ...draft, rings: draft.rings.toSpliced(Math.max(0, draft.rings.length - 1), 0, ring) };
}
