import { type EnvironmentId, isNewerDesired } from '@almanac/domain';
import { placeKey, stagedIn, targetsIn } from '../database/tables.ts';
import { desiredApplications } from '../server/documents.ts';
import type { SiteDocument } from '../site/messages.ts';
import type { World } from '../world.ts';
import { must } from './violation.ts';

export interface DocumentWatch {
  readonly documentMade: (document: SiteDocument) => void;
  /** A site looks after itself by this document now. */
  readonly goesBy: (site: string, document: SiteDocument | undefined, durable: SiteDocument | undefined) => void;
  /** A report of an agent was taken for the newest of its connection. */
  readonly reportTaken: (connection: number, sequence: number) => void;
  /** Genuine documents that were sent at some time. */
  readonly documentsOfBefore: () => readonly SiteDocument[];
  readonly documentsCommitted: () => void;
}

/** Levels only grow newer in both directions, a site goes by nothing forged, and documents say what the targets say. */
export function watchDocuments(world: Pick<World, 'database' | 'estate' | 'has' | 'nature'>): DocumentWatch {
  const made = new Map<string, string>();
  const sent: SiteDocument[] = [];
  const newest = new Map<string, SiteDocument>();
  const goneBy = new Map<string, SiteDocument>();
  const looked = new Map<EnvironmentId, readonly unknown[]>();
  const keyOf = ({ site, incarnation, generation }: SiteDocument) => `${site} ${incarnation}.${generation}`;
  const mustSayWhatTargetsSay = (environment: EnvironmentId) => {
    const tables = world.database.tables();
    const desired = desiredApplications(world, tables, environment);
    for (const { id, name } of world.estate.environmentOf(environment).sites) {
      const told = JSON.stringify(tables.sites.get(id)?.document?.document.applications ?? []);
      must(told === JSON.stringify(desired(id)), `the document of ${name} does not say what its environment should be`);
    }
  };
  const reported = new Map<number, number>();
  return {
    reportTaken: (connection, sequence) => {
      const before = reported.get(connection) ?? 0;
      must(sequence > before, `report ${sequence} of a connection is taken after report ${before}`);
      reported.set(connection, sequence);
    },
    documentsOfBefore: () => sent,
    documentMade: (document) => {
      const order = `${document.incarnation}.${document.generation}`;
      must(
        isNewerDesired(document, newest.get(document.site)),
        `a document of ${document.site} has order ${order}, which is not newer than the one before`,
      );
      newest.set(document.site, document);
      sent.push(document);
      made.set(keyOf(document), JSON.stringify(document.applications));
      world.nature.learn(document);
    },
    goesBy: (site, document, durable) => {
      const before = goneBy.get(site);
      if (document === undefined) return must(before === undefined, `${site} forgot what it should look like`);
      if (before === document) return;
      const order = `${document.incarnation}.${document.generation}`;
      must(
        made.get(keyOf(document)) === JSON.stringify(document.applications),
        `${site} goes by a forged document, ${order}`,
      );
      const older = before !== undefined && isNewerDesired(before, document);
      must(!older, `${site} goes by generation ${order} after it went by ${before?.incarnation}.${before?.generation}`);
      // What is durable may be newer already: a newer one is just being taken over.
      const kept = durable !== undefined && !isNewerDesired(document, durable);
      must(kept, `${site} goes by generation ${order}, which a power cut would take away`);
      goneBy.set(site, document);
    },
    documentsCommitted: () => {
      const tables = world.database.tables();
      for (const { id } of world.estate.environments) {
        const rings = world.estate.applications.flatMap(({ id: application }) => {
          const held = tables.held.get(placeKey(id, application));
          return held === undefined ? [] : [held, tables.fleetSites.get(held.operation)];
        });
        const now = [targetsIn(tables, id), stagedIn(tables, id), ...rings];
        const before = looked.get(id);
        if (before?.length === now.length && now.every((each, index) => each === before[index])) continue;
        looked.set(id, now);
        mustSayWhatTargetsSay(id);
      }
    },
  };
}
