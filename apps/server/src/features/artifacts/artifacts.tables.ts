import type { Digest } from '@almanac/domain';
import type { Time } from '#platform/tables';

export interface ArtifactsTables {
  readonly artifacts: { digest: Digest; size: number; storedAt: Time };
}
