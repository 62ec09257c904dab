import type { ApplicationId, EnvironmentId, Hold, SiteId } from '@almanac/domain';
import type { ReportedAnalysis, RolloutVerdict } from '@almanac/protocol';
import type { ColumnType, JSONColumnType } from 'kysely';
import type { Time } from '#platform/tables';
import type { CommandKind } from './command-rollout.ts';

interface Asked {
  applicationId: ApplicationId;
  number: number;
  operation: string;
  kind: CommandKind;
  step: number | null;
  byWhom: string;
  reason: string;
  at: Time;
}

export interface RolloutsTables {
  readonly rolloutCommands: Asked & { environmentId: EnvironmentId };
  readonly rolloutSiteCommands: Asked & { siteId: SiteId };
  readonly rolloutVerdicts: {
    siteId: ColumnType<SiteId, SiteId, never>;
    applicationId: ColumnType<ApplicationId, ApplicationId, never>;
    operation: ColumnType<string, string, never>;
    name: ColumnType<string, string, never>;
    run: ColumnType<number, number, never>;
    verdict: ColumnType<RolloutVerdict['verdict'], RolloutVerdict['verdict'], never>;
    reason: ColumnType<string | null, string | null, never>;
    analysis: JSONColumnType<ReportedAnalysis, string, never>;
    at: ColumnType<Date, Date, never>;
  };
  readonly rolloutWaits: {
    siteId: SiteId;
    applicationId: ApplicationId;
    operation: string;
    since: Time;
    wait: string;
    cause: Hold['cause'];
    reason: string;
    step: string;
    decides: string;
    until: Time;
  };
}
