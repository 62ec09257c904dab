import type { ApplicationId, EnvironmentId } from '@almanac/domain';
import type { Time } from '#platform/tables';

export interface SettingsTables {
  readonly settingValues: {
    applicationId: ApplicationId;
    key: string;
    environmentId: EnvironmentId;
    level: 'environment' | 'label' | 'site';
    selector: string;
    secret: boolean;
    value: string;
    changedBy: string;
    changedAt: Time;
  };
  readonly settingChanges: {
    id: string;
    applicationId: ApplicationId;
    key: string;
    environmentId: EnvironmentId;
    level: 'environment' | 'label' | 'site';
    selector: string;
    secret: boolean;
    value: string | null;
    changedBy: string;
    changedAt: Time;
  };
}
