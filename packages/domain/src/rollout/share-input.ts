import type { Exposure } from './exposure.ts';
import { isPresent } from './readiness.ts';
import type { ModuleTarget, ObservedInstance } from './rollout.ts';

/** One version of a module. */
export interface Side {
  readonly operation: string;
  readonly module: ModuleTarget;
}

/** What the shares of one module follow from. */
export interface ShareInput {
  readonly module: string;
  readonly instances: readonly ObservedInstance[];
  /** What ran well last. */
  readonly settled: Side | null;
  /** What is being brought in. */
  readonly coming: Side | null;
  /** How far the steps let it in; null where nothing holds it back. */
  readonly steps: StepShare | null;
  /** What the requests come back from while instances of what ran well are still missing; null where they come at once. */
  readonly wayBack: WayBack | null;
  /** Whether the module is left out of what is being brought in. */
  readonly leaving: boolean;
  /** A version that takes no requests and stays ready to. */
  readonly warm: Side | null;
}

/** Instances come with the step that wants them, requests once it has been reached. */
export interface StepShare {
  readonly wanted: Exposure;
  readonly reached: Exposure;
  /** Per cent of the requests that were reached by a weight. */
  readonly weight: number;
  /** What the instances of a baseline go by that runs beside the candidate; null without one. */
  readonly baseline: string | null;
  readonly dynamicStableScale: boolean;
}

export interface WayBack {
  readonly operation: string;
  /** Per cent of the requests that it took last: it takes no more of them again. */
  readonly weight: number;
}

/** How many instances of which operation there should be. */
export type Counts = Map<string, number>;

export function presentCount(input: ShareInput, operation: string): number {
  return input.instances.filter((each) => each.operation === operation && isPresent(each)).length;
}

export function readyCount(input: ShareInput, operation: string): number {
  return input.instances.filter((each) => each.operation === operation && each.state === 'ready').length;
}
