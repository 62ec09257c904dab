/** A key with which the server signs what it tells its sites. */
export interface SigningKeyState {
  readonly keyId: string;
  /** Later keys have greater numbers. */
  readonly number: number;
  readonly retired: boolean;
}

/**
 * The key with which something is signed for a site: the latest of those that the site said it trusts, so that a site that was
 * away while keys were made still gets in by the one it knows. Undefined where it knows none that is left.
 */
export function signingKeyFor<Key extends SigningKeyState>(
  keys: readonly Key[],
  trusted: readonly string[],
): Key | undefined {
  return latest(keys.filter((each) => !each.retired && trusted.includes(each.keyId)));
}

/** The latest key that is not retired. */
export function latestSigningKey<Key extends SigningKeyState>(keys: readonly Key[]): Key | undefined {
  return latest(keys.filter((each) => !each.retired));
}

function latest<Key extends SigningKeyState>(keys: readonly Key[]): Key | undefined {
  return keys.reduce<Key | undefined>(
    (best, each) => (best === undefined || each.number > best.number ? each : best),
    undefined,
  );
}

export type RetirementFault =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'retired-already' }
  /** Nothing could be signed afterwards. */
  | { readonly kind: 'last-one' }
  /** These sites know no other key: they would take no order any more. */
  | { readonly kind: 'cuts-off'; readonly sites: readonly string[] };

export interface RetirementQuestion {
  readonly keys: readonly SigningKeyState[];
  readonly keyId: string;
  readonly sites: readonly { readonly name: string; readonly trusted: readonly string[] }[];
}

/** Why a key cannot be retired; undefined when it can without a loss. Only `cuts-off` may be overridden by whoever means it. */
export function retirementFault({ keys, keyId, sites }: RetirementQuestion): RetirementFault | undefined {
  const key = keys.find((each) => each.keyId === keyId);
  if (key === undefined) return { kind: 'unknown' };
  if (key.retired) return { kind: 'retired-already' };
  if (keys.every((each) => each.retired || each.keyId === keyId)) return { kind: 'last-one' };
  const cutOff = sitesDependingOn({ keys, keyId, sites });
  return cutOff.length === 0 ? undefined : { kind: 'cuts-off', sites: cutOff };
}

/** The names of the sites that know a key and no other one that is left. */
export function sitesDependingOn({ keys, keyId, sites }: RetirementQuestion): readonly string[] {
  const others = keys.filter((each) => each.keyId !== keyId);
  return sites
    .filter(({ trusted }) => trusted.includes(keyId) && signingKeyFor(others, trusted) === undefined)
    .map((each) => each.name);
}
