import type { ApplicationId, EnvironmentId, SiteId } from '@almanac/domain';
import type { ReportedAnalysis, RolloutVerdict } from '@almanac/protocol';
import type { ColumnType, JSONColumnType } from 'kysely';
import type { Time } from '#platform/tables';
import type { CommandKind } from './command-rollout.ts';

export interface RolloutsTables {
  readonly rolloutCommands: {
    environmentId: EnvironmentId;
    applicationId: ApplicationId;
    number: number;
    operation: string;
    kind: CommandKind;
    step: number | null;
    byWhom: string;
    reason: string;
    at: Time;
  };
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
}
