import { type AllowLists, admitOrigin } from '@almanac/domain';
import type { Kysely } from 'kysely';
import { readAllowLists } from '#features/access';
import type { EventFeed } from '#platform/events';
import type { Entrances } from '#platform/http';
import type { Tables } from '#tables';

/** A change that could not be read is tried again so often. */
const retryMs = 1000;

/**
 * Keeps the lists of the entrances as they are in force: they are asked of every request, before anything of it is looked up.
 * A change holds on every node as soon as its event arrived there; until it can be read, what was before stays.
 */
export async function followAllowLists(input: {
  readonly db: Kysely<Tables>;
  readonly feed: EventFeed;
  readonly onError: (error: unknown) => void;
}): Promise<Entrances & { readonly close: () => void }> {
  const { db, feed, onError } = input;
  const listeners = new Set<() => void>();
  let current: AllowLists;
  let retry: NodeJS.Timeout | undefined;
  let turn: Promise<void> = Promise.resolve();
  const read = async () => {
    current = await readAllowLists(db);
    for (const listener of [...listeners]) listener();
  };
  // One after the other, so that the last one that is read is the newest.
  const refresh = () => {
    clearTimeout(retry);
    turn = turn.then(read).catch((error: unknown) => {
      onError(error);
      retry = setTimeout(refresh, retryMs);
    });
  };
  const stop = feed.subscribe(({ kind }) => {
    if (kind === 'allow-lists-changed') refresh();
  });
  current = await readAllowLists(db);
  return {
    admits: (origin) => admitOrigin(current, origin).allowed,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: () => {
      stop();
      clearTimeout(retry);
    },
  };
}
