import { createHash } from 'node:crypto';
import {
  type AnalysisKey,
  advanceAnalysis,
  baselineOf,
  type ObservedAnalysis,
  startAnalysis,
  type WantedMeasurement,
} from '@almanac/domain';
import type { AnalysisRecord, ApplicationRecord } from '../journal/journal.ts';
import type { AnalysisMeter } from '../metrics/analysis-meter.ts';
import type { MeasuredVersion } from '../metrics/metric-provider.ts';
import { analysisSpecOf } from './progression-of.ts';

/** The analyses of the rollouts of a site. What they found is in the journal; what is measured meanwhile is not. */
export interface Analyses {
  /** Begins what a rollout wants analysed, takes it further by what was measured since, and ends the others. */
  readonly advance: (record: ApplicationRecord, wanted: readonly AnalysisKey[], now: number) => void;
}

export function createAnalyses(meter: AnalysisMeter): Analyses {
  /** What analyses that are under way asked for last. */
  const asked = new Map<string, readonly WantedMeasurement[]>();
  return {
    advance: (record, wanted, now) => {
      const names = new Set(wanted.map((each) => nameOf(record, each)));
      for (const name of asked.keys()) {
        if (names.has(name) || !name.startsWith(`${record.id} `)) continue;
        meter.forget(name);
        asked.delete(name);
      }
      for (const key of wanted) {
        const spec = analysisSpecOf(record.specs[key.operation]?.strategy ?? noStrategy, key.name);
        if (spec === undefined) continue;
        const own = ensureAnalysis(record, key, { spec, now });
        const name = nameOf(record, key);
        const measurements = meter.measure({
          analysis: name,
          wanted: asked.get(name) ?? [],
          candidate: versionOf(record, own.operation),
          baseline: comparedWith(record, own),
        });
        const advanced = advanceAnalysis({
          analysis: own.analysis,
          spec,
          measurements,
          now,
          ending: false,
          hash: sha256,
        });
        own.analysis = advanced.analysis;
        asked.set(name, advanced.wanted);
      }
    },
  };
}

const noStrategy = { strategy: 'recreate' } as const;

function nameOf(record: ApplicationRecord, { operation, name, run }: AnalysisKey): string {
  return `${record.id} ${operation} ${name} ${run}`;
}

/** What is compared with. A fresh baseline was not there before the analysis: what ran was. */
function comparedWith(record: ApplicationRecord, { baseline }: AnalysisRecord) {
  const stable = record.rollout.stable?.operation;
  if (baseline === null || stable === undefined) return null;
  return { before: versionOf(record, stable), during: versionOf(record, baseline) };
}

function versionOf(record: ApplicationRecord, operation: string): MeasuredVersion {
  const spec = record.specs[operation];
  return { application: record.name, version: operation, build: spec?.build ?? '', label: spec?.label ?? '' };
}

/** What the analyses of an application have come to, for whoever decides by it. */
export function observedAnalyses(record: ApplicationRecord): readonly ObservedAnalysis[] {
  return record.analyses.map(({ operation, name, run, analysis }) => {
    const whole = analysis.verdicts.find((each) => each.metric === null);
    return {
      operation,
      name,
      run,
      verdict: whole?.verdict ?? null,
      detail: whole === undefined ? null : whyOf(analysis),
    };
  });
}

/** The metrics that decided, each with its reason. */
export function whyOf(analysis: AnalysisRecord['analysis']): string | null {
  const whole = analysis.verdicts.find((each) => each.metric === null);
  const decided = analysis.verdicts.filter((each) => each.metric !== null && each.verdict !== 'pass');
  if (decided.length === 0) return whole?.reason ?? null;
  return decided.map(({ metric, reason }) => `${metric}: ${reason}`).join('; ');
}

function ensureAnalysis(
  record: ApplicationRecord,
  key: AnalysisKey,
  input: { readonly spec: Parameters<typeof startAnalysis>[0]['spec']; readonly now: number },
): AnalysisRecord {
  const known = record.analyses.find(
    (each) => each.operation === key.operation && each.name === key.name && each.run === key.run,
  );
  if (known !== undefined) return known;
  const { stepping, stable } = record.rollout;
  const fresh: AnalysisRecord = {
    ...key,
    baseline: input.spec.baseline === 'fresh' ? baselineOf(key.operation) : (stable?.operation ?? null),
    analysis: startAnalysis({ ...input, share: stepping === null ? null : stepping.weight / 100 }),
  };
  record.analyses.push(fresh);
  return fresh;
}

function sha256(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
