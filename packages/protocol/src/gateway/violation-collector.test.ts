import { describe, expect, it } from 'vitest';
import { type ArrivedReport, isReport, ViolationCollector } from './violation-collector.ts';

const at = new Date('2026-01-01T00:00:00.000Z');
const bodyOf = async function* (...chunks: readonly string[]) {
  for (const chunk of chunks) yield new TextEncoder().encode(chunk);
};
const never: AsyncIterable<Uint8Array> = {
  [Symbol.asyncIterator]: () => {
    throw new Error('the body was read');
  },
};
const aReport = (other: Partial<ArrivedReport> = {}): ArrivedReport => ({
  method: 'POST',
  contentType: 'application/csp-report',
  length: undefined,
  body: bodyOf(older('img-src', 'data')),
  address: '192.0.2.1',
  service: { name: 'shop/web', collectsReports: true },
  ...other,
});
/** A collector at a moment that the test moves. */
const collectorAt = () => {
  const clock = { milliseconds: 0 };
  const collector = new ViolationCollector({ now: () => at, steady: () => clock.milliseconds });
  return {
    clock,
    answer: async (other?: Partial<ArrivedReport>) => (await collector.answer(aReport(other))).status,
    collector,
  };
};
const older = (directive: string, blocked: string, page = 'https://shop.example/cart?card=4111#x') =>
  JSON.stringify({ 'csp-report': { 'effective-directive': directive, 'blocked-uri': blocked, 'document-uri': page } });
const modern = (...bodies: { readonly effectiveDirective: string; readonly blockedURL: string }[]) =>
  JSON.stringify(
    bodies.map((body) => ({ type: 'csp-violation', body: { ...body, documentURL: 'https://shop.example/cart' } })),
  );

describe('a report to the gateway', () => {
  it.each([
    ['/.almanac/reports', true],
    ['/.almanac/reports?a=b', true],
    ['/.almanac/reports/more', false],
    ['/.almanac/reportsmore', false],
    ['/', false],
    [undefined, false],
  ])('is what comes to %s: %s', (path, expected) => {
    expect(isReport(path)).toBe(expected);
  });

  it.each([[{}], [{ contentType: 'Application/Reports+JSON; charset=utf-8', length: '8192' }]])(
    'with %j is taken',
    async (other) => {
      expect(await collectorAt().answer(other)).toBe(204);
    },
  );

  it.each([
    [{ service: undefined }, 404],
    [{ service: { name: 'shop/web', collectsReports: false } }, 404],
    [{ method: 'GET' }, 405],
    [{ contentType: 'application/json' }, 415],
    [{ contentType: undefined }, 415],
    [{ length: '8193' }, 413],
    [{ length: 'many' }, 413],
  ])('with %j is refused with %s, and its body is not read', async (other, status) => {
    expect(await collectorAt().answer({ body: never, ...other })).toBe(status);
  });

  it('is read no further than eight kilobytes, whatever its length is said to be', async () => {
    const { answer, collector } = collectorAt();
    const body = bodyOf(
      `{"csp-report":{"effective-directive":"img-src","blocked-uri":"data"},"x":"`,
      'x'.repeat(9000),
      '"}',
    );

    expect(await answer({ body, length: '100' })).toBe(413);
    expect(collector.of('shop/web').items).toEqual([]);
  });

  it('is taken in pieces, also where a character lies in two', async () => {
    const { answer, collector } = collectorAt();
    const bytes = new TextEncoder().encode(older('img-src', 'data', 'https://shop.example/straße'));
    const cut = bytes.indexOf(0xc3) + 1;
    const body = (async function* () {
      yield bytes.slice(0, cut);
      yield bytes.slice(cut);
    })();

    expect(await answer({ body })).toBe(204);
    expect(collector.of('shop/web').items[0]?.document).toBe('/straße');
  });

  it('is refused when its address sent sixty within the minute, and others are not', async () => {
    const { answer, clock } = collectorAt();
    for (let turn = 0; turn < 60; turn += 1) expect(await answer()).toBe(204);

    expect(await answer({ body: never })).toBe(429);
    expect(await answer({ address: '192.0.2.2' })).toBe(204);
    clock.milliseconds = 60_000;
    expect(await answer()).toBe(204);
  });

  it('is refused when all addresses together sent three thousand within the minute', async () => {
    const { answer } = collectorAt();
    for (let turn = 0; turn < 3000; turn += 1) await answer({ address: `a${turn}` });

    expect(await answer({ address: 'another', body: never })).toBe(429);
  });
});

describe('what browsers report', () => {
  it('is summed by directive, origin and path, without what an address says of a person', () => {
    const collector = new ViolationCollector();
    collector.take('shop/web', older('script-src-elem', 'https://user:secret@cdn.example/a.js?who=me'), at);
    collector.take('shop/web', older('script-src-elem', 'https://cdn.example/b.js'), new Date(at.getTime() + 1000));

    expect(collector.of('shop/web')).toEqual({
      items: [
        {
          directive: 'script-src-elem',
          blocked: 'https://cdn.example',
          document: '/cart',
          count: 2,
          firstSeen: '2026-01-01T00:00:00.000Z',
          lastSeen: '2026-01-01T00:00:01.000Z',
        },
      ],
      dropped: 0,
    });
    expect(collector.of('other/web')).toEqual({ items: [], dropped: 0 });
  });

  it.each([
    ['inline', 'inline'],
    ['data', 'data:'],
    ['blob:https://shop.example/1', 'blob:'],
    ['https://shop.example/own.js', 'self'],
    ['http://shop.example/own.js', 'http://shop.example'],
    ['wss://live.example:8443/x', 'wss://live.example:8443'],
    ['trusted-types-sink', 'trusted-types-sink'],
    ['', 'unknown'],
    ['what is this', 'unknown'],
  ])('as %j came from %s', (blocked, expected) => {
    const collector = new ViolationCollector();
    collector.take('shop/web', older('img-src', blocked), at);

    expect(collector.of('shop/web').items[0]?.blocked).toBe(expected);
  });

  it('comes several at once too, and older browsers say the whole directive', () => {
    const collector = new ViolationCollector();
    collector.take(
      'shop/web',
      modern(
        { effectiveDirective: 'img-src', blockedURL: 'data' },
        { effectiveDirective: 'font-src', blockedURL: 'data' },
      ),
      at,
    );
    collector.take(
      'shop/web',
      JSON.stringify({ 'csp-report': { 'violated-directive': "style-src 'self'", 'blocked-uri': 'inline' } }),
      at,
    );

    expect(collector.of('shop/web').items.map((each) => each.directive)).toEqual(['img-src', 'font-src', 'style-src']);
  });

  it.each([
    '',
    'nonsense',
    '[]',
    '{}',
    '[{"type":"deprecation","body":{}}]',
    older('x-src', 'data'),
    older('', 'data'),
  ])('is nothing where it is %j', (text) => {
    const collector = new ViolationCollector();
    collector.take('shop/web', text, at);

    expect(collector.of('shop/web').items).toEqual([]);
  });

  it('finds no place beyond two hundred, until one was not seen for an hour', () => {
    const collector = new ViolationCollector();
    const take = (host: string, minutes: number) =>
      collector.take(
        'shop/web',
        older('img-src', `https://${host}.example/`),
        new Date(at.getTime() + minutes * 60_000),
      );
    for (let turn = 0; turn < 200; turn += 1) take(`h${turn}`, 0);
    take('late', 1);
    take('h0', 59);
    expect(collector.of('shop/web')).toMatchObject({ dropped: 1, items: { length: 200 } });

    take('later', 61);

    const hosts = collector.of('shop/web').items.map((each) => each.blocked);
    expect(hosts).toHaveLength(200);
    expect(hosts).not.toContain('https://h1.example');
    expect(hosts.slice(-2)).toEqual(['https://h0.example', 'https://later.example']);
  });

  it('is forgotten with its service', () => {
    const collector = new ViolationCollector();
    collector.take('shop/web', older('img-src', 'data'), at);
    collector.keepOnly(new Set(['other/web']));

    expect(collector.of('shop/web').items).toEqual([]);
  });
});
