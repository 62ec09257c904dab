import { describe, expect, it } from 'vitest';
import { createRateLimit, networkOf } from './rate-limits.ts';

describe('a rate limit', () => {
  it('lets as many through as may come at once, and then as many as a minute gives', () => {
    let now = 0;
    const limit = createRateLimit({ perMinute: 60, burst: 3 }, () => now);
    const take = () => limit.take('ada');

    expect([take(), take(), take(), take()]).toEqual([undefined, undefined, undefined, 1]);
    now = 900;
    expect(take()).toBe(1);
    now = 1000;
    expect([take(), take()]).toEqual([undefined, 1]);
    now = 60_000;
    expect([take(), take(), take(), take()]).toEqual([undefined, undefined, undefined, 1]);
  });

  it('counts each by itself, however many others come', () => {
    const limit = createRateLimit({ perMinute: 60, burst: 1 }, () => 0);
    limit.take('ada');
    for (let other = 0; other < 50_000; other += 1) limit.take(`other ${other}`);

    expect(limit.take('ada')).toBe(1);
  });
});

describe('an address', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::9', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('%s counts as %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
