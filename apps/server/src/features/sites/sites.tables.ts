import type { ApplicationId, EnvironmentId, PrincipalId, SiteId } from '@almanac/domain';
import type {
  OccurrenceKind,
  ReportedApplication,
  SignedDesiredState,
  SiteDetail,
  SiteReport,
} from '@almanac/protocol';
import type { Generated, JSONColumnType } from 'kysely';
import type { Time } from '#platform/tables';

export interface SitesTables {
  readonly sites: {
    id: SiteId;
    name: string;
    environmentId: EnvironmentId;
    labels: JSONColumnType<Record<string, string>>;
    signingKey: string | null;
    sealingKey: string | null;
    agentVersion: string | null;
    protocolVersion: string | null;
    host: JSONColumnType<NonNullable<SiteDetail['host']>> | null;
    enrolledAt: Date | null;
    lastSeenAt: Date | null;
    /** The address that its agent came from when it connected last. */
    connectedFrom: string | null;
    generation: Generated<number>;
    document: JSONColumnType<SignedDesiredState> | null;
    /** The key that signed the document. */
    documentKey: Generated<string | null>;
    /** The server's keys that its agent said it trusts. */
    trustedKeys: Generated<string[]>;
    contentHash: string | null;
    observedGeneration: Generated<number>;
    observedIncarnation: Generated<number>;
    report: JSONColumnType<SiteReport> | null;
    capabilities: JSONColumnType<SiteReport['capabilities']> | null;
    frontPort: number | null;
    bandwidth: Generated<number | null>;
    reportedAt: Date | null;
    reconciledAt: Date | null;
    createdAt: Time;
    revision: Generated<number>;
  };
  readonly siteApplications: {
    siteId: SiteId;
    applicationId: ApplicationId;
    operation: string;
    phase: ReportedApplication['phase'];
    message: string | null;
    drift: string | null;
    name: string | null;
  };
  readonly siteOccurrences: {
    siteId: SiteId;
    spool: string;
    number: number;
    kind: OccurrenceKind;
    application: string | null;
    detail: string;
    by: string;
    at: Date;
    receivedAt: Time;
  };
  readonly localTokens: {
    tokenHash: string;
    siteId: SiteId;
    principalId: PrincipalId;
    createdAt: Time;
    expiresAt: Time;
  };
  readonly enrolmentTokens: { tokenHash: string; siteId: SiteId; expiresAt: Time; usedAt: Date | null };
  readonly artifactTokens: { tokenHash: string; siteId: SiteId; expiresAt: Time };
}
