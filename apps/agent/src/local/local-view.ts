import type { Occurrence, ReportedApplication, SiteReport } from '@almanac/protocol';
import type { SiteContext } from '../converge/site-context.ts';
import { waitingOrders } from './holds.ts';

/** All that the console of a site shows, and what its API answers. */
export interface LocalView {
  readonly site: string;
  readonly environment: string;
  readonly server: { readonly url: string; readonly connected: boolean; readonly lastContact: string | null };
  /** What the site goes by; null before the first order. */
  readonly generation: { readonly incarnation: number; readonly generation: number; readonly issuedAt: string } | null;
  readonly gateway: SiteReport['gateway'] | null;
  readonly notices: readonly string[];
  readonly applications: readonly LocalApplication[];
  /** Newest first. */
  readonly occurrences: readonly (Occurrence & { readonly told: boolean })[];
  /** So many occurrences the server does not know yet. */
  readonly untold: number;
}

export interface LocalApplication {
  readonly name: string;
  readonly phase: ReportedApplication['phase'];
  /** Why it is as it is. */
  readonly message: string | null;
  readonly running: string | null;
  /** What the server ordered, where that is another version. */
  readonly ordered: string | null;
  readonly previous: string | null;
  readonly hold: ReportedApplication['hold'];
  readonly modules: ReportedApplication['modules'];
}

const mostShown = 50;

export function viewSite(input: {
  readonly site: Pick<SiteContext, 'identity' | 'desired' | 'journal'>;
  readonly server: string;
  readonly connected: boolean;
  readonly lastContact: Date | undefined;
  /** What the site said of itself last; undefined before the first pass. */
  readonly report: Omit<SiteReport, 'sequence' | 'at'> | undefined;
}): LocalView {
  const { site, report } = input;
  const { state } = site.journal;
  const desired = site.desired.current();
  const orders = desired?.applications ?? [];
  const waiting = waitingOrders(orders, state.holds);
  return {
    site: site.identity.site.name,
    environment: site.identity.environment.name,
    server: { url: input.server, connected: input.connected, lastContact: input.lastContact?.toISOString() ?? null },
    generation:
      desired === undefined
        ? null
        : { incarnation: desired.incarnation, generation: desired.generation, issuedAt: desired.issuedAt },
    gateway: report?.gateway ?? null,
    notices: report?.notices ?? [],
    applications: (report?.applications ?? [])
      // Beside what runs, a report speaks of orders that wait and of what is made ready.
      .filter((each, _, all) => each.modules.length > 0 || all.filter((other) => isSame(other, each)).length === 1)
      .map((each) => {
        const { id, name } = each.application;
        const versions = state.versions[id];
        const stable = state.applications[id]?.rollout.stable?.operation;
        const running = stable === undefined ? undefined : state.applications[id]?.specs[stable];
        const ordered = waiting.find((other) => other.order.application.id === id)?.order;
        return {
          name,
          phase: each.phase,
          message: each.message,
          running: running?.label ?? null,
          ordered: ordered?.label ?? null,
          previous: versions?.previous?.label ?? null,
          hold: each.hold,
          modules: each.modules,
        };
      }),
    occurrences: state.spool.items
      .slice(-mostShown)
      .toReversed()
      .map((each) => ({ ...each, told: each.number <= state.spool.confirmed })),
    untold: state.spool.items.filter((each) => each.number > state.spool.confirmed).length,
  };
}

function isSame(one: ReportedApplication, other: ReportedApplication): boolean {
  return one.application.id === other.application.id;
}
