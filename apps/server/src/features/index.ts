import type { Kysely } from 'kysely';
import type { ArtifactStore, Transfers } from '#features/artifacts';
import type { EventFeed } from '#platform/events';
import type { Feature } from '#platform/feature';
import type { Entrances } from '#platform/http';
import type { Secret, SecretBox } from '#platform/secrets';
import type { Tables } from '#tables';
import { aboutFeature, createMayHear } from './about/index.ts';
import { accessFeature, createAdmit } from './access/index.ts';
import { allowListsFeature } from './allow-lists/index.ts';
import { applicationsFeature, endInspection } from './applications/index.ts';
import { artifactsFeature } from './artifacts/index.ts';
import { type AuditTools, auditFeature } from './audit/index.ts';
import { boardFeature } from './board/index.ts';
import { breakGlassFeature } from './break-glass/index.ts';
import { buildsFeature, requestBuild } from './builds/index.ts';
import { contractsFeature } from './contracts/index.ts';
import { environmentsFeature } from './environments/index.ts';
import { askNextStep, factorsFeature } from './factors/index.ts';
import { followBranches, followingFeature } from './following/index.ts';
import { followPolicies, governanceFeature } from './governance/index.ts';
import { historyFeature } from './history/index.ts';
import { holdsFeature } from './holds/index.ts';
import { followHotfixes, hotfixesFeature } from './hotfixes/index.ts';
import {
  createConnectOidc,
  createLdapProtocol,
  createLeaveProvider,
  createOidcProtocol,
  createSamlProtocol,
  identityProvidersFeature,
} from './identity-providers/index.ts';
import { impactFeature } from './impact/index.ts';
import { type DeliveryTools, notificationsFeature } from './notifications/index.ts';
import { changesOf, pinNewSite, plansFeature, wakePlansOfSites, wakeWaitingPlans } from './plans/index.ts';
import { releasesFeature } from './releases/index.ts';
import { responseHeadersFeature } from './response-headers/index.ts';
import { restoresFeature } from './restores/index.ts';
import { keepRollouts, rolloutsFeature } from './rollouts/index.ts';
import { followSample, sampleFeature } from './sample/index.ts';
import { scimFeature } from './scim/index.ts';
import { securityNumbersFeature } from './security-numbers/index.ts';
import { createSealGiven, settingsFeature } from './settings/index.ts';
import { createReadServerKeys, signingKeysFeature } from './signing-keys/index.ts';
import { createRefreshDocuments, offlineAfterSeconds, sitesFeature, siteWantsArtifact } from './sites/index.ts';
import { versionsFeature } from './versions/index.ts';

export interface FeatureTools {
  readonly db: Kysely<Tables>;
  /** The data directory of the server. */
  readonly data: string;
  readonly feed: EventFeed;
  readonly artifacts: ArtifactStore;
  readonly transfers: Transfers;
  readonly box: SecretBox;
  /** From where requests come in. */
  readonly entrances: Entrances;
  /** The address of the server's own PostgreSQL, unless it is the embedded one, which has none. */
  readonly ownDatabase: Secret | undefined;
  readonly notifications: Omit<DeliveryTools, 'box'>;
  /** Whether people may sign in by SAML. */
  readonly saml: boolean;
  readonly audit: Pick<AuditTools, 'sink' | 'keptDays' | 'outbound' | 'refusals'>;
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
  const { publicUrl, outbound } = tools.notifications;
  const connectOidc = createConnectOidc(outbound);
  const protocols = [
    createOidcProtocol(outbound, connectOidc),
    createLdapProtocol(outbound),
    createSamlProtocol({ isOn: tools.saml }),
  ];
  const admit = createAdmit(askNextStep);
  const providers = { box: tools.box, publicUrl, protocols, admit };
  const readKeys = createReadServerKeys(tools.box);
  const refreshDocuments = createRefreshDocuments({ readKeys, box: tools.box });
  const listeners = [
    endInspection,
    followSample(requestBuild),
    followBranches(refreshDocuments),
    followHotfixes,
    followPolicies(wakeWaitingPlans),
  ];
  return [
    accessFeature({ publicUrl, data: tools.data, admit, leaveProvider: createLeaveProvider(providers) }),
    allowListsFeature,
    securityNumbersFeature,
    factorsFeature({ publicUrl, box: tools.box }),
    breakGlassFeature(publicUrl),
    identityProvidersFeature(providers, connectOidc),
    scimFeature({ publicUrl }),
    auditFeature({
      ...tools.audit,
      sign: async (db, text) => (await readKeys(db)).signText(text),
    }),
    aboutFeature({ ...tools.about, feed, mayHear: createMayHear(tools.db) }),
    applicationsFeature(feed, requestBuild),
    buildsFeature({ feed, artifacts: tools.artifacts, listeners }),
    contractsFeature,
    artifactsFeature({ store: tools.artifacts, transfers: tools.transfers, mayRead: siteWantsArtifact }),
    versionsFeature,
    settingsFeature(tools.box, tools.ownDatabase),
    sampleFeature,
    environmentsFeature(refreshDocuments),
    responseHeadersFeature(refreshDocuments),
    signingKeysFeature({ box: tools.box, offlineAfterSeconds }),
    sitesFeature({
      feed,
      readKeys,
      refreshDocuments,
      wakePlans: wakePlansOfSites,
      pinNewSite,
      keepRollouts,
      serverVersion: tools.about.version,
      entrances: tools.entrances,
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
