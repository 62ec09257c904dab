import { closeSync, openSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

const notedEveryMs = 10_000;

/** When the server was heard last, which an agent knows after its restart, too. */
export interface LastContact {
  readonly note: () => void;
  readonly at: () => Date | undefined;
}

/** The time stands as that of an empty file: writing it down costs next to nothing, and losing the last seconds of it nothing. */
export function openLastContact(directory: string): LastContact {
  const file = join(directory, 'last-contact');
  let at = statSync(file, { throwIfNoEntry: false })?.mtime;
  let notedAt = Number.NEGATIVE_INFINITY;
  return {
    at: () => at,
    note: () => {
      at = new Date();
      if (performance.now() - notedAt < notedEveryMs) return;
      notedAt = performance.now();
      closeSync(openSync(file, 'a', 0o600));
      utimesSync(file, at, at);
    },
  };
}
