import type { SecurityNumberName } from '@almanac/domain';
import type { Time } from '#platform/tables';

export interface SecurityNumbersTables {
  readonly securityNumbers: { name: SecurityNumberName; value: number; changedAt: Time; changedBy: string };
}
