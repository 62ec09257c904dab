import type { World } from '../world.ts';
import { type CommandWatch, watchCommands } from './watch-commands.ts';
import { type DocumentWatch, watchDocuments } from './watch-documents.ts';
import { type PlanWatch, watchPlans } from './watch-plans.ts';
import { type SiteWatch, watchSites } from './watch-sites.ts';

/** The ledgers outside of everything that dies: each is told what happens, and ends the run where its rule is broken. */
export interface Watch extends PlanWatch, SiteWatch, DocumentWatch, CommandWatch {
  /** After each commit of the control plane. */
  readonly committed: () => void;
  /** The control plane was set back to a backup: what was promised since is void, on purpose. */
  readonly restored: () => void;
}

export function createWatch(world: Omit<World, 'watch'>): Watch {
  const sites = watchSites(world);
  const documents = watchDocuments(world);
  const commands = watchCommands(world);
  const plans = watchPlans(world, sites);
  return {
    ...sites,
    ...documents,
    ...commands,
    ...plans,
    committed: () => {
      plans.plansCommitted();
      documents.documentsCommitted();
      commands.commandsCommitted();
    },
    restored: () => {
      plans.plansRestored();
      commands.commandsRestored();
    },
  };
}
