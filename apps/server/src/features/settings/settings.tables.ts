import type { ApplicationId, EnvironmentId } from '@almanac/domain';
import type { Time } from '#platform/tables';

/** A value at its place, and who gave it when. */
interface SettingValue {
  applicationId: ApplicationId;
  key: string;
  environmentId: EnvironmentId;
  level: 'environment' | 'label' | 'site';
  selector: string;
  secret: boolean;
  value: string;
  changedBy: string;
  changedAt: Time;
}

export interface SettingsTables {
  readonly settingValues: SettingValue;
  /** Null is a value that was taken away. */
  readonly settingChanges: Omit<SettingValue, 'value'> & { id: string; value: string | null };
}
