import { type ApplicationId, type EnvironmentId, isNewerDesired, type Target } from '@almanac/domain';
import { stagedIn, targetsIn } from '../database/tables.ts';
import { desiredApplications } from '../server/documents.ts';
import type { SiteDocument } from '../site/messages.ts';
import type { World } from '../world.ts';
import { must } from './violation.ts';

export interface DocumentWatch {
  readonly documentMade: (document: SiteDocument) => void;
  /** A site looks after itself by this document now. */
  readonly goesBy: (site: string, document: SiteDocument | undefined) => void;
  /** Genuine documents that were sent at some time. */
  readonly documentsOfBefore: () => readonly SiteDocument[];
  readonly documentsCommitted: () => void;
}

/** Documents only grow newer, a site goes by none that is older or forged, and they say what the targets say. */
export function watchDocuments(world: Pick<World, 'database' | 'estate' | 'nature'>): DocumentWatch {
  const made = new Map<string, string>();
  const sent: SiteDocument[] = [];
  const newest = new Map<string, SiteDocument>();
  const goneBy = new Map<string, SiteDocument>();
  const looked = new Map<EnvironmentId, readonly ReadonlyMap<ApplicationId, Target>[]>();
  const keyOf = ({ site, incarnation, generation }: SiteDocument) => `${site} ${incarnation}.${generation}`;
  const mustSayWhatTargetsSay = (environment: EnvironmentId) => {
    const tables = world.database.tables();
    const wanted = JSON.stringify(desiredApplications(world, tables, environment));
    for (const { id, name } of world.estate.environmentOf(environment).sites) {
      const told = JSON.stringify(tables.sites.get(id)?.document?.document.applications ?? []);
      must(told === wanted, `the document of ${name} does not say what its environment should be`);
    }
  };
  return {
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
    goesBy: (site, document) => {
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
      goneBy.set(site, document);
    },
    documentsCommitted: () => {
      const tables = world.database.tables();
      for (const { id } of world.estate.environments) {
        const now = [targetsIn(tables, id), stagedIn(tables, id)];
        const before = looked.get(id);
        if (before !== undefined && now.every((each, index) => each === before[index])) continue;
        looked.set(id, now);
        mustSayWhatTargetsSay(id);
      }
    },
  };
}
