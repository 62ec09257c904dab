/** How an artifact goes to a site: as it is, compressed, or as a delta to what the site has. */
export type TransferKind = 'whole' | 'packed' | 'delta';

/** A way that saves less than this is not worth its work on both sides. */
const leastSaving = 0.2;
/** A delta so small beside the content needs no comparison with the compressed content. */
const smallShare = 0.1;

/** Whether the compressed content has to be made before anybody can say which way is the shortest. */
export function needsPacked(sizes: { readonly whole: number; readonly delta: number | undefined }): boolean {
  return sizes.delta === undefined || sizes.delta > sizes.whole * smallShare;
}

/** The shortest way, where it saves a fifth of the next simpler one. Sizes in bytes; undefined for a way there is not. */
export function chooseTransfer(sizes: {
  readonly whole: number;
  readonly packed: number | undefined;
  readonly delta: number | undefined;
}): TransferKind {
  const { whole, packed, delta } = sizes;
  const isWorth = (size: number | undefined, simpler: number): boolean =>
    size !== undefined && size <= simpler * (1 - leastSaving);
  const full = isWorth(packed, whole) ? 'packed' : 'whole';
  return isWorth(delta, full === 'packed' && packed !== undefined ? packed : whole) ? 'delta' : full;
}
