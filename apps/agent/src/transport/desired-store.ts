import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isNewerDesired } from '@almanac/domain';
import { failpoint, syncDirectory, writeDurably } from '@almanac/host';
import { type DesiredState, desiredState, type KeptKeySet, signedDesiredState } from '@almanac/protocol';
import type { Logger } from 'pino';
import type { SiteIdentity } from '../identity/site-identity.ts';

/** The newest desired state that was accepted; it is what the site goes by, connected or not. */
export interface DesiredStore {
  readonly current: () => DesiredState | undefined;
  /** Takes a document over if it is genuine, of this site and newer; says whether it did. */
  readonly accept: (document: unknown) => Promise<boolean>;
  /** Takes a set of the server's keys over if it is genuine and newer; says which one the site has then, unless it refuses. */
  readonly acceptKeys: (document: unknown) => Promise<KeptKeySet | undefined>;
}

export async function openDesiredStore(input: {
  readonly directory: string;
  readonly identity: SiteIdentity;
  /** An order was not taken; told to people, here and at the server. */
  readonly onRefused: (why: string) => void;
  readonly log: Logger;
}): Promise<DesiredStore> {
  const { identity, log } = input;
  const refuse = (why: string): undefined => {
    log.error(`${why}; it is ignored`);
    input.onRefused(why);
  };
  const file = join(input.directory, 'desired.json');
  const verified = (document: unknown): DesiredState | undefined => {
    const signed = signedDesiredState.safeParse(document);
    if (!signed.success || !identity.serverKeys.trusts(signed.data))
      return refuse('a desired state was not signed by the server of this site');
    const state = desiredState.safeParse(JSON.parse(signed.data.payload));
    if (!state.success) return refuse(`a desired state is not understood (${state.error.issues[0]?.message})`);
    return state.data.site.id === identity.site.id ? state.data : refuse('a desired state was of another site');
  };
  const kept = await readFile(file, 'utf8').catch(() => undefined);
  // Whoever died right after the rename left a name that a power cut could still take back.
  if (kept !== undefined) await syncDirectory(input.directory);
  let current = kept === undefined ? undefined : verified(JSON.parse(kept));
  let signer = current === undefined ? null : keyOf(JSON.parse(kept ?? ''));
  const takeOver = async (document: unknown): Promise<boolean> => {
    const state = verified(document);
    if (state === undefined) return false;
    if (!isNewerDesired(state, current)) {
      // The same one is told again after each connection; an older one nobody who is well sends.
      if (current !== undefined && isNewerDesired(current, state))
        refuse(
          `a desired state was older than what this site goes by (${state.incarnation}.${state.generation} after ${current.incarnation}.${current.generation})`,
        );
      return false;
    }
    failpoint('desired-before-write');
    await writeDurably(file, JSON.stringify(document));
    failpoint('desired-after-write');
    current = state;
    signer = keyOf(document);
    return true;
  };
  const takeKeys = async (document: unknown): Promise<KeptKeySet | undefined> => {
    const taken = await identity.serverKeys.take(document, signer);
    return 'kept' in taken ? taken.kept : refuse(taken.refused);
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
    acceptKeys: (document) => {
      // In the same turn: no document is taken over while its key is being given up.
      const taken = turn.then(() => takeKeys(document));
      turn = taken.catch(() => undefined);
      return taken;
    },
  };
}

/** The key that signed a document which was verified. */
function keyOf(document: unknown): string {
  return signedDesiredState.parse(document).keyId;
}
