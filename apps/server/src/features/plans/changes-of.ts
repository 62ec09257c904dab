import type { Change, EnvironmentId } from '@almanac/domain';
import type { operationRequest } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import type { z } from 'zod';
import { databaseTime } from '#platform/database';
import type { Access } from '#platform/http';
import type { Tables } from '#tables';
import { compose } from './compose.ts';

/** Every operation is named by whoever asks, and was asked for with its application. */
const everywhere: Pick<Access, 'scopeOf'> = { scopeOf: () => ({ kind: 'everything' }) };

/** What operations would change, with the builds that a plan of them would mean if it were composed now. */
export async function changesOf(
  db: Kysely<Tables>,
  input: {
    readonly environment: { readonly id: EnvironmentId; readonly name: string };
    readonly operations: readonly z.output<typeof operationRequest>[];
  },
): Promise<readonly Change[]> {
  const now = await databaseTime(db);
  const choices = await compose({ db, now, access: everywhere }, { ...input, seal: undefined });
  return choices.map(({ application, kind, build }) =>
    kind === 'deploy' && build !== null
      ? { kind, application, build }
      : { kind: kind === 'remove' ? kind : 'configure', application },
  );
}
