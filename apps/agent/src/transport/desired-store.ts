import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isNewerDesired } from '@almanac/domain';
import { failpoint, syncDirectory, writeDurably } from '@almanac/host';
import { type DesiredState, desiredState, signedDesiredState } from '@almanac/protocol';
import type { Logger } from 'pino';
import type { SiteIdentity } from '../identity/site-identity.ts';

/** The newest desired state that was accepted; it is what the site goes by, connected or not. */
export interface DesiredStore {
  readonly current: () => DesiredState | undefined;
  /** Takes a document over if it is genuine, of this site and newer; says whether it did. */
  readonly accept: (document: unknown) => Promise<boolean>;
}

export async function openDesiredStore(input: {
  readonly directory: string;
  readonly identity: SiteIdentity;
  readonly log: Logger;
}): Promise<DesiredStore> {
  const { identity, log } = input;
  const file = join(input.directory, 'desired.json');
  const verified = (document: unknown): DesiredState | undefined => {
    const signed = signedDesiredState.safeParse(document);
    if (!signed.success || !identity.trusts(signed.data)) {
      log.error('a desired state was not signed by the server of this site; it is ignored');
      return undefined;
    }
    const state = desiredState.safeParse(JSON.parse(signed.data.payload));
    if (!state.success) {
      log.error({ issue: state.error.issues[0] }, 'a desired state is not understood; it is ignored');
      return undefined;
    }
    return state.data.site.id === identity.site.id ? state.data : undefined;
  };
  const kept = await readFile(file, 'utf8').catch(() => undefined);
  // Whoever died right after the rename left a name that a power cut could still take back.
  if (kept !== undefined) await syncDirectory(input.directory);
  let current = kept === undefined ? undefined : verified(JSON.parse(kept));
  const takeOver = async (document: unknown): Promise<boolean> => {
    const state = verified(document);
    if (state === undefined || !isNewerDesired(state, current)) return false;
    failpoint('desired-before-write');
    await writeDurably(file, JSON.stringify(document));
    failpoint('desired-after-write');
    current = state;
    return true;
  };
  let turn: Promise<unknown> = Promise.resolve();
  return {
    current: () => current,
    accept: (document) => {
      // One after the other, whichever connection they came by: an older one that takes long to be written must not come
      // after a newer one.
      const taken = turn.then(() => takeOver(document));
      turn = taken.catch(() => undefined);
      return taken;
    },
  };
}
