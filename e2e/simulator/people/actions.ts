import { freeze, lift, quarantine, set, thaw } from './change-environments.ts';
import { configure, deploy, promote, removeOne, restore } from './compose-plans.ts';
import { abort, cancel, continuePlan, edit, look, pause, reject, returnRing, schedule, start } from './steer-plans.ts';
import { steer } from './steer-rollouts.ts';
import type { Action } from './wish.ts';

/** What people do, and how often. */
export const actions: readonly (readonly [number, Action])[] = [
  [6, deploy],
  [6, promote],
  [2, restore],
  [1, removeOne],
  [1, configure],
  [14, start],
  [10, look],
  [2, edit],
  [1, schedule],
  [1, reject],
  [2, pause],
  [5, continuePlan],
  [1, abort],
  [1, cancel],
  [1, returnRing],
  [2, set],
  [1, freeze],
  [2, thaw],
  [1, quarantine],
  [1, lift],
  [6, steer],
];
