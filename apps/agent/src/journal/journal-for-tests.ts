import { randomUUID } from 'node:crypto';
import { idleRollout, type RolloutPhase } from '@almanac/domain';
import type { DesiredApplication } from '@almanac/protocol';
import type { ApplicationRecord, JournalState } from './journal.ts';

export const anEmptyJournal = (): JournalState => ({
  schema: 1,
  applications: {},
  instances: [],
  gateway: { identity: null, revision: 0 },
  spool: { id: randomUUID(), next: 1, confirmed: 0, items: [] },
  versions: {},
  holds: {},
});

/** The order of one version of the application `shop`. */
export function anOrder(label: string, operation = `operation of ${label}`): DesiredApplication {
  return {
    application: { id: 'shop-id' as DesiredApplication['application']['id'], name: 'shop' },
    build: `build of ${label}` as DesiredApplication['build'],
    label,
    operation,
    strategy: { strategy: 'recreate' } as DesiredApplication['strategy'],
    modules: [],
    settings: {},
    sealed: {},
    connections: {},
    stageOnly: false,
    decides: 'whoever may deploy here',
    command: null,
  };
}

/** The application `shop` where the order ended in a phase. */
export function aRecord(order: DesiredApplication, phase: RolloutPhase = 'healthy'): ApplicationRecord {
  const target = { operation: order.operation, build: order.build, modules: [], sameAs: null, progression: null };
  return {
    id: order.application.id,
    name: order.application.name,
    rollout: { ...idleRollout, phase, stable: target },
    specs: { [order.operation]: order },
    steps: [],
    ports: {},
    analyses: [],
  };
}
