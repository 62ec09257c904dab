import { canonicalText } from '@almanac/domain';
import { type Plan, parseRolloutStrategy, type RolloutStrategy, shortStrategy, strategyWords } from '@almanac/protocol';

/** How applications take over this time, as it is written, by the name of the application. */
export type StrategyTexts = Readonly<Record<string, string>>;

/** What a form asks: the strategy as a whole, its steps in short, or all of it as it stands in a manifest. */
export interface StrategyForm {
  readonly kind: 'usual' | 'rolling' | 'recreate' | 'blue-green' | 'canary' | 'written';
  readonly steps: string;
  readonly written: string;
}

export const strategyKinds = [
  { value: 'usual', label: 'As its environment or its manifest says' },
  { value: 'rolling', label: 'Rolling: instance by instance' },
  { value: 'recreate', label: 'Recreate: what runs ends first' },
  { value: 'blue-green', label: 'Blue-green: all requests at once, when it is ready' },
  { value: 'canary', label: 'Canary: step by step' },
  { value: 'written', label: 'Written as in a manifest' },
] as const satisfies readonly { readonly value: StrategyForm['kind']; readonly label: string }[];

const usualSteps = '10%,5m,50%,5m';
const example = `strategy: canary
steps:
  - weight: 10
  - analyse:
      metrics:
        - name: errors
          source: { provider: gateway, of: error-rate }
          rule: { kind: threshold, failure: { above: 0.05 } }
          interval: 10
          count: 30
  - weight: 50
`;

/** The form of what was chosen before; undefined where nothing was. */
export function strategyForm(text: string | undefined): StrategyForm {
  const form: StrategyForm = { kind: 'usual', steps: usualSteps, written: example };
  if (text === undefined) return form;
  const parsed = parseRolloutStrategy(text);
  const short = parsed.ok ? shortStrategy(parsed.value) : null;
  if (!parsed.ok || short === null) return { ...form, kind: 'written', written: text };
  const [, steps = usualSteps] = short.split(':');
  return { ...form, kind: parsed.value.strategy, steps };
}

/** What a form comes to; undefined for what is usual. */
export function strategyText({ kind, steps, written }: StrategyForm): string | undefined {
  if (kind === 'usual') return undefined;
  if (kind === 'written') return written;
  return kind === 'canary' ? `canary:${steps.replaceAll(/\s/g, '')}` : kind;
}

/** What a strategy means, or what is wrong with it. */
export function judgeStrategy(text: string | undefined): {
  readonly words: string | null;
  readonly faults: readonly string[];
} {
  if (text === undefined) return { words: null, faults: [] };
  const parsed = parseRolloutStrategy(text);
  if (parsed.ok) return { words: strategyWords(parsed.value), faults: [] };
  const several = text.trim().includes('\n');
  return {
    words: null,
    faults: parsed.faults.map((each) => (several ? `Line ${each.line}: ${each.detail}` : each.detail)),
  };
}

/** The strategy that was chosen for an application; undefined without one, and for what is none: addresses are written by hand too. */
export function strategyOf(texts: StrategyTexts, application: string): RolloutStrategy | undefined {
  const text = texts[application];
  const parsed = text === undefined ? undefined : parseRolloutStrategy(text);
  return parsed?.ok === true ? parsed.value : undefined;
}

/** With another strategy for one application, or the usual one; undefined when every one is usual. */
export function withStrategy(
  texts: StrategyTexts,
  chosen: { readonly application: string; readonly text: string | undefined },
): StrategyTexts | undefined {
  const others = Object.entries(texts).filter(([application]) => application !== chosen.application);
  const all = chosen.text === undefined ? others : [...others, [chosen.application, chosen.text] as const];
  return all.length === 0 ? undefined : Object.fromEntries(all);
}

/** The strategies with which a plan would be composed anew. */
export function strategiesOfPlan(plan: Pick<Plan, 'operations'>): StrategyTexts | undefined {
  const texts = plan.operations.flatMap(({ application, rollout }) =>
    rollout === null
      ? []
      : [[application.name, shortStrategy(rollout) ?? JSON.stringify(rollout, undefined, 2)] as const],
  );
  return texts.length === 0 ? undefined : Object.fromEntries(texts);
}

/** Whether two operations take over in the same way. */
export function sameStrategy(one: RolloutStrategy | null, other: RolloutStrategy | null): boolean {
  return canonicalText(one) === canonicalText(other);
}
