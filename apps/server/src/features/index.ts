import type { Kysely } from 'kysely';
import type { ArtifactStore, Transfers } from '#features/artifacts';
import type { EventFeed } from '#platform/events';
import type { Feature } from '#platform/feature';
import type { Tables } from '#tables';
import { aboutFeature } from './about/index.ts';
import { accessFeature } from './access/index.ts';
import { applicationsFeature, endInspection } from './applications/index.ts';
import { artifactsFeature } from './artifacts/index.ts';
import { type AuditTools, auditFeature } from './audit/index.ts';
import { boardFeature } from './board/index.ts';
import { buildsFeature, requestBuild } from './builds/index.ts';
import { contractsFeature } from './contracts/index.ts';
import { environmentsFeature } from './environments/index.ts';
import { followBranches, followingFeature } from './following/index.ts';
import { followPolicies, governanceFeature } from './governance/index.ts';
import { historyFeature } from './history/index.ts';
import { holdsFeature } from './holds/index.ts';
import { followHotfixes, hotfixesFeature } from './hotfixes/index.ts';
import { impactFeature } from './impact/index.ts';
import { type DeliveryTools, notificationsFeature } from './notifications/index.ts';
import { changesOf, plansFeature, wakePlansOfSites, wakeWaitingPlans } from './plans/index.ts';
import { releasesFeature } from './releases/index.ts';
import { restoresFeature } from './restores/index.ts';
import { keepVerdicts, rolloutsFeature } from './rollouts/index.ts';
import { followSample, sampleFeature } from './sample/index.ts';
import { createSealGiven, type SecretBox, settingsFeature } from './settings/index.ts';
import { createRefreshDocuments, type ServerKeys, sitesFeature, siteWantsArtifact } from './sites/index.ts';
import { versionsFeature } from './versions/index.ts';

export interface FeatureTools {
  readonly db: Kysely<Tables>;
  readonly feed: EventFeed;
  readonly artifacts: ArtifactStore;
  readonly transfers: Transfers;
  readonly box: SecretBox;
  /** The address of the server's own PostgreSQL, unless it is the embedded one, which has none. */
  readonly ownDatabase: string | undefined;
  readonly serverKeys: ServerKeys;
  readonly notifications: Omit<DeliveryTools, 'box'>;
  readonly audit: Pick<AuditTools, 'sink' | 'keptDays'>;
  readonly about: {
    readonly version: string;
    readonly database: { readonly version: string; readonly embedded: boolean };
    readonly startedAt: Date;
  };
  readonly onError: (error: unknown) => void;
}

/** The table of contents of the product. */
export function listFeatures(tools: FeatureTools): readonly Feature[] {
  const { feed } = tools;
  const refreshDocuments = createRefreshDocuments({ keys: tools.serverKeys, box: tools.box });
  const listeners = [
    endInspection,
    followSample(requestBuild),
    followBranches(refreshDocuments),
    followHotfixes,
    followPolicies(wakeWaitingPlans),
  ];
  return [
    accessFeature(tools.notifications.publicUrl),
    auditFeature({
      ...tools.audit,
      sign: tools.serverKeys.signText,
      publicKeys: tools.serverKeys.publicKeys,
    }),
    aboutFeature({ ...tools.about, feed }),
    applicationsFeature(feed, requestBuild),
    buildsFeature({ feed, artifacts: tools.artifacts, listeners }),
    contractsFeature,
    artifactsFeature({ store: tools.artifacts, transfers: tools.transfers, mayRead: siteWantsArtifact }),
    versionsFeature,
    settingsFeature(tools.box, tools.ownDatabase),
    sampleFeature,
    environmentsFeature(refreshDocuments),
    sitesFeature({
      feed,
      keys: tools.serverKeys,
      refreshDocuments,
      wakePlans: wakePlansOfSites,
      keepVerdicts,
      serverVersion: tools.about.version,
      onError: tools.onError,
    }),
    impactFeature({ feed, db: tools.db, onError: tools.onError, changesOf }),
    plansFeature({ feed, refreshDocuments, seal: createSealGiven(tools.box, tools.ownDatabase) }),
    governanceFeature(wakeWaitingPlans),
    followingFeature(refreshDocuments),
    historyFeature(tools.box),
    holdsFeature,
    releasesFeature,
    rolloutsFeature(refreshDocuments),
    restoresFeature(refreshDocuments),
    boardFeature(),
    hotfixesFeature,
    notificationsFeature({
      feed,
      tools: { ...tools.notifications, box: tools.box },
      onError: tools.onError,
    }),
  ];
}
