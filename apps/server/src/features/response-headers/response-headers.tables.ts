import type { ApplicationId, EnvironmentId, SiteId } from '@almanac/domain';
import type { SaidHeaders } from '@almanac/protocol';
import type { Generated, JSONColumnType } from 'kysely';
import type { Time } from '#platform/tables';

export interface ResponseHeadersTables {
  /** Without an application: of the environment itself. */
  readonly headerPolicies: {
    environmentId: EnvironmentId;
    applicationId: ApplicationId | null;
    policy: JSONColumnType<SaidHeaders>;
    previous: JSONColumnType<SaidHeaders>;
    changedBy: string;
    changedAt: Time;
    revision: Generated<number>;
  };
  readonly headerViolations: {
    siteId: SiteId;
    applicationId: ApplicationId;
    run: Time;
    directive: string;
    blocked: string;
    document: string;
    count: number;
    firstSeen: Time;
    lastSeen: Time;
  };
}
