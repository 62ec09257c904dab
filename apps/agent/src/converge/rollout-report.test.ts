import { describe, expect, it } from 'vitest';
import { aCanary, aSteppingRecord } from './application-for-tests.ts';
import { createRolloutCurves } from './rollout-curves.ts';
import { reportRollout } from './rollout-report.ts';

const none = { candidate: [], stable: [], baseline: [] };

describe('what a site says of a rollout by steps', () => {
  it('is where it stands, who decides, and both builds', () => {
    const record = aSteppingRecord(aCanary);

    expect(reportRollout(record, none)).toMatchObject({
      operation: 'new',
      strategy: 'canary',
      step: 1,
      weight: 25,
      candidate: 'new build',
      stable: record.rollout.stable?.build,
      hold: null,
      decides: 'ada',
      steps: [{ words: '25 % of the requests' }, { words: 'analysis' }, { words: 'all requests' }],
    });
  });

  it('names what it waits for, and until when', () => {
    const record = aSteppingRecord(aCanary);
    const { stepping } = record.rollout;
    if (stepping !== null)
      record.rollout = {
        ...record.rollout,
        stepping: { ...stepping, hold: { cause: 'marginal', reason: 'why', since: 0 } },
      };

    expect(reportRollout(record, none)?.hold).toEqual({
      cause: 'marginal',
      reason: 'why',
      since: '1970-01-01T00:00:00.000Z',
      until: '1970-01-02T00:00:00.000Z',
    });
  });

  it('is how it ended, once it is over: nothing or everything for the new version', () => {
    const back = aSteppingRecord(aCanary);
    back.rollout = { ...back.rollout, phase: 'failed', candidate: null, failed: { operation: 'new', reason: 'no' } };
    const done = aSteppingRecord(aCanary);
    done.rollout = { ...done.rollout, phase: 'healthy', stable: done.rollout.candidate, candidate: null };

    expect(reportRollout(back, none)).toMatchObject({ operation: 'new', weight: 0, hold: null });
    expect(reportRollout(done, none)).toMatchObject({ operation: 'new', weight: 100 });
  });

  it('is nothing where there were no steps', () => {
    const record = aSteppingRecord(aCanary);
    record.rollout = { ...record.rollout, stepping: null };

    expect(reportRollout(record, none)).toBeNull();
  });
});

describe('the curves of both versions', () => {
  const history = {
    between: ({ version }: { readonly version: string }, { until }: { readonly until: number }) =>
      until <= 90_000 ? null : { requests: 10, errors: version === 'new' ? 5 : 0, latency: [10], seconds: 5 },
  };

  it('are what the gateway saw in the last minutes, and nothing where it saw nothing', () => {
    const curves = createRolloutCurves(history).of(aSteppingRecord(aCanary), 102_000);

    expect(curves.candidate).toEqual([
      { at: '1970-01-01T00:01:35.000Z', requests: 2, errors: 0.5, p95: 0.475 },
      { at: '1970-01-01T00:01:40.000Z', requests: 2, errors: 0.5, p95: 0.475 },
    ]);
    expect(curves.stable.map((each) => each.errors)).toEqual([0, 0]);
  });

  it('are those of a fresh baseline too, as a version of its own', () => {
    const asked: string[] = [];
    const between: typeof history.between = (version, period) => {
      asked.push(version.version);
      return history.between(version, period);
    };
    const curves = createRolloutCurves({ between }).of(aSteppingRecord(aCanary), 102_000);

    expect(new Set(asked)).toEqual(new Set(['new', 'old', 'new.baseline']));
    expect(curves.baseline).toHaveLength(2);
  });

  it('stand still once the steps are over', () => {
    const curves = createRolloutCurves(history);
    const record = aSteppingRecord(aCanary);
    const seen = curves.of(record, 102_000);
    record.rollout = { ...record.rollout, phase: 'returning', candidate: null };

    expect(curves.of(record, 200_000)).toBe(seen);
  });
});
