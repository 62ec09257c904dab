import type { MetricSource } from '@almanac/domain';
import type { GroupUsage } from '@almanac/host';
import { describe, expect, it } from 'vitest';
import { aVersion, patient, second } from './metrics-for-tests.ts';
import { createProcessMetrics, type SampledInstance } from './process-metrics.ts';

type Of = Extract<MetricSource, { provider: 'process' }>['of'];

/** Instances that are looked at every two seconds; `usage` is what the system tells at each look. */
async function watch(
  usage: (at: number) => Readonly<Record<number, GroupUsage>>,
  instances: (at: number) => readonly SampledInstance[],
) {
  let now = 0;
  const metrics = createProcessMetrics(async () => {
    const found = Object.entries(usage(now)).map(([group, each]) => [Number(group), each] as const);
    return new Map(found);
  });
  for (; now <= 20; now += 1) {
    metrics.sample(instances(now), now * second);
    await Promise.resolve();
  }
  return (of: Of, from = 10, until = 20) =>
    metrics.read({
      source: { provider: 'process', of },
      measured: aVersion(),
      period: { from: from * second, until: until * second },
      signal: patient,
    });
}

const instance = (group: number | null, given: Partial<SampledInstance> = {}): SampledInstance => ({
  id: `i${group}`,
  application: 'shop',
  version: 'op-2',
  group,
  restarts: 0,
  ...given,
});

describe('what the processes of a version use', () => {
  it('is the mean of its instances, and of no others', async () => {
    const read = await watch(
      (at) => ({
        1: { bytes: 100, cpuSeconds: at * 0.5 },
        2: { bytes: 300, cpuSeconds: at * 1.5 },
        3: { bytes: 9000, cpuSeconds: at * 9 },
        4: { bytes: 9000, cpuSeconds: at * 9 },
      }),
      () => [instance(1), instance(2), instance(3, { version: 'op-1' }), instance(4, { application: 'shopping' })],
    );

    expect(await read('cpu')).toEqual({ kind: 'value', value: 1, requests: null });
    expect(await read('memory')).toEqual({ kind: 'value', value: 200, requests: null });
    expect(await read('restarts')).toEqual({ kind: 'count', events: 0, exposure: 24 });
  });

  it('is counted on when a process was started again', async () => {
    const read = await watch(
      (at) => ({ 1: { bytes: 100, cpuSeconds: (at % 15) * 0.5 } }),
      (at) => [instance(1, { restarts: at >= 15 ? 1 : 0 })],
    );

    const cpu = await read('cpu');
    expect(cpu).toMatchObject({ kind: 'value' });
    expect(cpu.kind === 'value' ? cpu.value : 0).toBeCloseTo(0.5, 9);
    expect(await read('restarts')).toMatchObject({ kind: 'count', events: 1 });
  });

  it('is no data, and not 0, where nothing runs or nothing was looked at', async () => {
    const absent = await watch(
      () => ({}),
      () => [instance(null)],
    );
    const unseen = await watch(
      () => ({}),
      () => [],
    );
    const short = await watch(
      () => ({ 1: { bytes: 1, cpuSeconds: 1 } }),
      (at) => (at > 16 ? [instance(1)] : []),
    );

    expect([await absent('cpu'), await absent('memory')]).toEqual([{ kind: 'no-data' }, { kind: 'no-data' }]);
    expect(await unseen('restarts')).toEqual({ kind: 'no-data' });
    expect(await short('memory')).toEqual({ kind: 'no-data' });
  });

  it('has a gap where the system did not tell', async () => {
    let looks = 0;
    const metrics = createProcessMetrics(async () => {
      looks += 1;
      throw new Error('no /proc');
    });
    metrics.sample([instance(1)], 0);
    metrics.sample([instance(1)], 1);
    await Promise.resolve();

    expect(looks).toBe(1);
    const question = { source: { provider: 'process', of: 'cpu' } as const, measured: aVersion(), signal: patient };
    expect(await metrics.read({ ...question, period: { from: 0, until: 1 } })).toEqual({ kind: 'no-data' });
  });
});
