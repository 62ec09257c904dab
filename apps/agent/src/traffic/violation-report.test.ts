import { gatewayStats, type Violation } from '@almanac/protocol/gateway';
import { describe, expect, it } from 'vitest';
import { violationsOf } from './violation-report.ts';

const seen = (minute: number) => `2026-01-01T00:${String(minute).padStart(2, '0')}:00.000Z`;
const aViolation = (other: Partial<Violation> = {}): Violation => ({
  directive: 'img-src',
  blocked: 'https://cdn.example',
  document: '/',
  count: 1,
  firstSeen: seen(0),
  lastSeen: seen(0),
  ...other,
});
const statsOf = (services: Readonly<Record<string, { items: readonly Violation[]; dropped: number }>>) =>
  gatewayStats.parse({
    startedAt: seen(0),
    revision: 1,
    listenerFaults: {},
    services: Object.entries(services).map(([name, violations]) => ({
      name,
      held: 0,
      versions: [],
      mirrored: [],
      backends: [],
      violations,
    })),
  });

describe('what a site tells of violations', () => {
  it('is summed over the modules of one application, and leaves others out', () => {
    const stats = statsOf({
      'shop/web': { items: [aViolation({ count: 2, firstSeen: seen(3), lastSeen: seen(4) })], dropped: 1 },
      'shop/help': { items: [aViolation({ firstSeen: seen(1), lastSeen: seen(9) })], dropped: 0 },
      'shopping/web': { items: [aViolation({ count: 50 })], dropped: 50 },
    });

    expect(violationsOf(stats, 'shop')).toEqual({
      since: seen(0),
      items: [aViolation({ count: 3, firstSeen: seen(1), lastSeen: seen(9) })],
      dropped: 1,
    });
  });

  it('is nothing where nothing was reported, or no gateway answers', () => {
    expect(violationsOf(statsOf({ 'shop/web': { items: [], dropped: 0 } }), 'shop')).toBeNull();
    expect(violationsOf(undefined, 'shop')).toBeNull();
  });

  it('counts what it leaves out', () => {
    const many = (name: string) =>
      Array.from({ length: 150 }, (_, at) => aViolation({ document: `/${name}/${at}`, count: 2 }));
    const stats = statsOf({
      'shop/web': { items: many('web'), dropped: 0 },
      'shop/help': { items: many('help'), dropped: 5 },
    });

    expect(violationsOf(stats, 'shop')).toMatchObject({ items: { length: 200 }, dropped: 205 });
  });
});
