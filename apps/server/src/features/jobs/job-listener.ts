import type { BuildId } from '@almanac/domain';
import type { JobResult } from '@almanac/protocol';
import type { Selectable } from 'kysely';
import type { CommandContext } from '#platform/http';
import type { Tables } from '#tables';

export type Job = Selectable<Tables['jobs']>;

/** Told when a job ended, in the transaction in which it did; other features go on from there. */
export type JobListener = (
  context: CommandContext,
  ended: { readonly job: Job; readonly result: JobResult; readonly build: BuildId | null },
) => Promise<void>;
