import { type GatewayStats, gatewayStats, type Violation } from '@almanac/protocol/gateway';
import { describe, expect, it } from 'vitest';
import { sumStats } from './sum-stats.ts';

const seen = (minute: number) => `2026-01-01T00:${String(minute).padStart(2, '0')}:00.000Z`;
const aViolation = (blocked: string, other: Partial<Violation> = {}): Violation => ({
  directive: 'img-src',
  blocked,
  document: '/',
  count: 1,
  firstSeen: seen(0),
  lastSeen: seen(0),
  ...other,
});
const statsWith = (items: readonly Violation[], dropped = 0): GatewayStats =>
  gatewayStats.parse({
    startedAt: seen(0),
    revision: 1,
    listenerFaults: {},
    services: [{ name: 'shop/web', held: 0, versions: [], mirrored: [], backends: [], violations: { items, dropped } }],
  });
const sumOf = (own: GatewayStats, earlier: GatewayStats) => sumStats(own, earlier).services[0]?.violations;

describe('violations of a gateway and of the one before it', () => {
  it('are those of both, and what both saw counts together since it was seen first', () => {
    const own = statsWith([aViolation('https://a.example', { count: 2, firstSeen: seen(8), lastSeen: seen(9) })], 1);
    const earlier = statsWith([aViolation('https://a.example', { count: 3 }), aViolation('https://b.example')], 2);

    expect(sumOf(own, earlier)).toEqual({
      items: [aViolation('https://a.example', { count: 5, lastSeen: seen(9) }), aViolation('https://b.example')],
      dropped: 3,
    });
  });

  it('are no more than one report tells; what finds no place is counted', () => {
    const many = (name: string) => Array.from({ length: 150 }, (_, at) => aViolation(`https://${name}${at}.example`));

    expect(sumOf(statsWith(many('a')), statsWith(many('b')))).toMatchObject({ items: { length: 200 }, dropped: 100 });
  });
});
