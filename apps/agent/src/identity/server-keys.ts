import { decideKeySet, keySetText } from '@almanac/domain';
import { keyIdOf, verifyText } from '@almanac/host';
import {
  type KeptKeySet,
  type ServerKeySet,
  type SignedDesiredState,
  serverKeySet,
  signedKeySet,
} from '@almanac/protocol';

/** The keys of its server that a site trusts. */
export interface TrustedKeys {
  readonly kept: () => KeptKeySet;
  /** Whether a document was signed by one of them. */
  readonly trusts: (document: SignedDesiredState) => boolean;
  /**
   * Takes another set over if a key that is trusted signed it; it is durable then. Says what the site has, or why it refuses.
   *
   * @param inUse the key that signed what the site goes by; null while it goes by nothing
   */
  readonly take: (document: unknown, inUse: string | null) => Promise<{ readonly kept: KeptKeySet } | Refused>;
}

interface Refused {
  readonly refused: string;
}

export function createTrustedKeys(input: {
  readonly set: ServerKeySet;
  readonly save: (set: ServerKeySet) => Promise<void>;
}): TrustedKeys {
  let current = input.set;
  const isSigned = (text: string, by: { readonly keyId: string; readonly signature: string }) => {
    const key = current.keys.find((each) => each.keyId === by.keyId);
    return key !== undefined && verifyText({ text, signature: by.signature, publicKey: key.publicKey });
  };
  return {
    kept: () => keptOf(current),
    trusts: ({ payload, ...by }) => isSigned(payload, by),
    take: async (document, inUse) => {
      const signed = signedKeySet.safeParse(document);
      const offered = signed.success ? parseSet(signed.data.payload) : undefined;
      if (!signed.success || offered === undefined) return { refused: "a set of the server's keys is not understood" };
      const text = keySetText(signed.data.payload);
      const decision = decideKeySet({
        known: keptOf(current),
        offered: keptOf(offered),
        signedBy: signed.data.signatures.filter((by) => isSigned(text, by)).map((by) => by.keyId),
        inUse,
      });
      if (decision.kind === 'refuse') return { refused: decision.why };
      if (decision.kind === 'take') {
        await input.save(offered);
        current = offered;
      }
      return { kept: keptOf(current) };
    },
  };
}

/** A set whose keys are called what they are. */
function parseSet(payload: string): ServerKeySet | undefined {
  try {
    const set = serverKeySet.parse(JSON.parse(payload));
    return set.keys.every((each) => keyIdOf(each.publicKey) === each.keyId) ? set : undefined;
  } catch {
    return undefined;
  }
}

function keptOf({ incarnation, number, keys }: ServerKeySet): KeptKeySet {
  return { incarnation, number, trusted: keys.map((each) => each.keyId) };
}
