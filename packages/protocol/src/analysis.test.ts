import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { analysisSpec } from './analysis.ts';

const errors = {
  name: 'errors',
  source: { provider: 'gateway', of: 'error-rate' },
  rule: { kind: 'threshold', failure: { above: 0.05 } },
};
const latency = {
  name: 'latency',
  source: { provider: 'gateway', of: 'latency' },
  rule: { kind: 'comparison', worse: 'higher', allowed: 0.2 },
};
const parse = (...metrics: readonly object[]) => analysisSpec.safeParse({ metrics });
const faults = (...metrics: readonly object[]) =>
  parse(...metrics).error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) ?? [];

describe('the specification of an analysis', () => {
  it('is complete with few words', () => {
    const parsed = parse(errors, latency);

    expect(parsed.data?.metrics[0]).toMatchObject({ interval: 10, count: 30, minSamples: null, critical: true });
    expect(parsed.data?.metrics[1]?.source).toEqual({ provider: 'gateway', of: 'latency', quantile: 0.95 });
    expect(parsed.data).toMatchObject({ baseline: 'stable', looks: 5 });
  });

  it('is what the documentation shows', () => {
    const text = readFileSync(join(import.meta.dirname, '../../../docs/analyses.md'), 'utf8');
    const [, example = ''] = /```yaml\n([^`]*)```/.exec(text) ?? [];

    const parsed = analysisSpec.safeParse(parseYaml(example));

    expect(parsed.error?.issues).toBeUndefined();
    expect(parsed.data?.metrics.map((each) => each.name)).toEqual(['errors', 'latency', 'queue']);
  });

  it('is read again as it was read', () => {
    const { data } = parse(errors, latency);

    expect(analysisSpec.parse(JSON.parse(JSON.stringify(data)))).toEqual(data);
  });

  it.each<[string, object, RegExp]>([
    ['a comparison without end', { ...latency, count: null }, /count: is a number/],
    ['a threshold without a condition', { ...errors, rule: { kind: 'threshold' } }, /needs success or failure/],
    [
      'another language than conditions',
      { ...errors, rule: { kind: 'threshold', failure: 'result > 1' } },
      /one of \{ below/,
    ],
    ['a comparison of errors without a level', { ...errors, rule: latency.rule }, /goodEnough: is above 0/],
    [
      'a comparison both ways with a level',
      { ...latency, rule: { ...latency.rule, worse: 'either', goodEnough: 5 } },
      /either way/,
    ],
    ['as many failures as measurements', { ...errors, rule: { ...errors.rule, failures: 30 } }, /nothing could fail/],
    ['failures without limit', { ...errors, rule: { ...errors.rule, failures: null } }, /successesInRow/],
    [
      'more samples than measurements',
      { ...errors, count: 5, extension: 0, minSamples: 6 },
      /more than there will ever be/,
    ],
    [
      'requests of what has none',
      { ...latency, source: { provider: 'process', of: 'cpu' }, minRequests: 5 },
      /minRequests/,
    ],
    [
      'a password in an address',
      { ...latency, source: { provider: 'web', address: 'http://a:b@c/', path: 'x' } },
      /without a password/,
    ],
    [
      'a file for an address',
      { ...latency, source: { provider: 'web', address: 'file:///etc/passwd', path: 'x' } },
      /http/,
    ],
    [
      'a path with an empty name',
      { ...latency, source: { provider: 'web', address: 'http://c/', path: 'a..b' } },
      /dots/,
    ],
    ['an unknown provider', { ...latency, source: { provider: 'graphite' } }, /provider: prometheus/],
  ])('with %s is refused', (_, metric, expected) => {
    expect(faults(metric).join('\n')).toMatch(expected);
  });

  it('has no two metrics of one name', () => {
    expect(faults(errors, errors).join()).toMatch(/same name/);
  });

  it('keeps no more than a site can remember', () => {
    const many = Array.from({ length: 4 }, (_, index) => ({
      ...latency,
      name: `m${index}`,
      count: 500,
      extension: 400,
    }));

    expect(faults(...many).join()).toMatch(/at most 3000/);
    expect(faults(...many.slice(1))).toEqual([]);
  });

  it('compares by others only what tells versions apart', () => {
    const web = (address: string) => ({ ...latency, source: { provider: 'web', address, path: 'x' } });

    expect(faults(web('http://metrics.internal/of')).join()).toMatch(/tells them apart/);
    expect(faults(web('http://metrics.internal/of/{{version}}'))).toEqual([]);
  });
});
