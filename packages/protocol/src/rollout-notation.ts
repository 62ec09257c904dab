import { z } from 'zod';
import { type ParsedDocument, parseDocumentBy } from './parse-document.ts';
import {
  type RolloutStepSpec,
  type RolloutStrategy,
  type RolloutStrategyInput,
  type rolloutStep,
  rolloutStrategy,
} from './rollout.ts';

const maxBytes = 64 * 1024;
const secondsOf = { s: 1, m: 60, h: 3600 } as const;

/**
 * Reads how a version is to take over: the name of a strategy, a canary in short as `canary:10%,5m,50%,wait` (shares of
 * the requests, pauses in `s`, `m` or `h`, `wait` until somebody resumes), or YAML as it stands below `rollout:` in a
 * manifest. Every fault is reported with its place.
 */
export function parseRolloutStrategy(text: string): ParsedDocument<RolloutStrategy> {
  const short = text.trim();
  const [name = '', steps] = short.split(':');
  if (/^[a-z-]+$/.test(short))
    return parseDocumentBy({ schema: rolloutStrategy, text: `strategy: ${short}`, maxBytes });
  if (name !== 'canary' || steps === undefined || /[\s{]/.test(short))
    return parseDocumentBy({ schema: rolloutStrategy, text, maxBytes });
  const read = steps.split(',').map(stepOf);
  const at = read.indexOf(undefined);
  if (at >= 0)
    return faultAt(`steps.${at}`, `${steps.split(',')[at]} is no share as 10%, no pause as 5m, and not wait`);
  const value = rolloutStrategy.safeParse({ strategy: 'canary', steps: read });
  return value.success ? { ok: true, value: value.data } : faultAt('steps', z.prettifyError(value.error));
}

function faultAt(path: string, detail: string): ParsedDocument<RolloutStrategy> {
  return { ok: false, faults: [{ path, line: 1, column: 1, detail }] };
}

function stepOf(text: string): RolloutStepSpec | undefined {
  if (text === 'wait') return { pause: 'until-resumed' };
  const weight = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1];
  if (weight !== undefined) return { weight: Number(weight) };
  const [, count, unit] = /^(\d+)([smh])$/.exec(text) ?? [];
  return count === undefined ? undefined : { pause: Number(count) * secondsOf[unit as keyof typeof secondsOf] };
}

/** A strategy in short, as it is read by `parseRolloutStrategy`; null where it says more than that. */
export function shortStrategy(strategy: RolloutStrategyInput): string | null {
  const short = strategy.strategy === 'canary' ? shortCanary(strategy.steps) : strategy.strategy;
  if (short === null) return null;
  const same = parseRolloutStrategy(short);
  return same.ok && JSON.stringify(same.value) === JSON.stringify(rolloutStrategy.parse(strategy)) ? short : null;
}

function shortCanary(steps: readonly z.input<typeof rolloutStep>[]): string | null {
  const short = steps.map(({ weight, pause }) =>
    weight !== undefined
      ? `${weight}%`
      : pause === 'until-resumed'
        ? 'wait'
        : pause === undefined
          ? null
          : shortPause(pause),
  );
  return short.includes(null) ? null : `canary:${short.join(',')}`;
}

function shortPause(seconds: number): string {
  if (seconds % 3600 === 0 && seconds > 0) return `${seconds / 3600}h`;
  return seconds % 60 === 0 && seconds > 0 ? `${seconds / 60}m` : `${seconds}s`;
}

/** How a version takes over, for people. */
export function strategyWords(strategy: RolloutStrategy): string {
  switch (strategy.strategy) {
    case 'rolling':
      return 'rolling';
    case 'recreate':
      return 'recreate: what runs ends first';
    case 'blue-green': {
      const { promoteAfter } = strategy;
      const when = promoteAfter === 'until-resumed' ? 'when somebody resumes it' : `after ${promoteAfter} s`;
      return `blue-green: all requests at once, ${promoteAfter === 0 ? 'as soon as it is ready' : when}`;
    }
    case 'canary': {
      const beside = strategy.analysis === undefined ? '' : ', with an analysis beside them';
      return `canary: ${strategy.steps.map(stepWords).join(', ')}${beside}`;
    }
  }
}

function stepWords(step: RolloutStepSpec): string {
  if (step.weight !== undefined) return `${step.weight} %`;
  if (step.pause !== undefined)
    return step.pause === 'until-resumed' ? 'wait for somebody' : `wait ${shortPause(step.pause)}`;
  if (step.scale !== undefined) return `${step.scale} instances`;
  if (step.analyse !== undefined) return 'analysis';
  if (step.header !== undefined) return step.header.length === 0 ? 'no preview' : 'preview';
  return `copies of ${step.mirror ?? 0} %`;
}
