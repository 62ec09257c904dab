/** One command as the audit tells it. */
export interface AuditEntry {
  /** Counts from 1 without gaps, in the order in which entries were sealed. */
  readonly sequence: number;
  /** ISO 8601, in UTC with milliseconds. */
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  /** JSON, as it is stored. */
  readonly detail: string;
  /** SHA-256 of the object before and after the command, in normal form; null where it has none. */
  readonly before: string | null;
  readonly after: string | null;
}

export interface SealedEntry extends AuditEntry {
  /** Over the entry before and this one. */
  readonly hash: string;
}

/** Says, signed, that the chain had this entry at this time: kept elsewhere, it shows a tail that was cut or a chain that was rewritten. */
export interface AuditCheckpoint {
  readonly sequence: number;
  readonly hash: string;
  readonly at: string;
  readonly keyId: string;
  readonly signature: string;
}

/**
 * What is hashed to seal an entry. Entries of before there were digests have none in what is hashed, so that their seals
 * hold.
 */
export function sealedText(previous: string, entry: AuditEntry): string {
  const { sequence, at, actor, action, subject, detail, before, after } = entry;
  const digests = before === null && after === null ? [] : [before, after];
  return JSON.stringify([previous, sequence, at, actor, action, subject, detail, ...digests]);
}

/** What a checkpoint signs: never to be mistaken for anything else that the same key signs. */
export function checkpointText(checkpoint: Pick<AuditCheckpoint, 'sequence' | 'hash' | 'at'>): string {
  return `almanac-audit-checkpoint:${checkpoint.sequence}:${checkpoint.hash}:${checkpoint.at}`;
}

export type AuditFault =
  /** Entries are missing, stand twice, or stand in another order. */
  | { readonly kind: 'gap'; readonly expected: number; readonly found: number }
  /** The entry, or one before it, is not what was sealed. */
  | { readonly kind: 'altered'; readonly sequence: number }
  /** The chain is another one than the one that was signed. */
  | { readonly kind: 'rewritten'; readonly sequence: number }
  /** The chain ends before an entry that was signed. */
  | { readonly kind: 'cut'; readonly sequence: number; readonly last: number }
  /** Nobody whose key is known signed it. */
  | { readonly kind: 'forged-checkpoint'; readonly sequence: number };

export interface AuditVerdict {
  readonly entries: number;
  /** The first and the last entry that were looked at; null where there was none. */
  readonly first: number | null;
  readonly last: number | null;
  /** Checkpoints that the chain agrees with. */
  readonly confirmed: number;
  readonly faults: readonly AuditFault[];
}

/** After so many faults there is nothing to learn from more. */
const mostFaults = 100;

/**
 * Goes over a chain, entry by entry in its order, and compares it with checkpoints that were told before. A chain whose
 * first entries were given up for their age begins at a checkpoint.
 */
export class AuditVerifier {
  readonly #sha256: (text: string) => string;
  readonly #checkpoints = new Map<number, AuditCheckpoint>();
  readonly #faults: AuditFault[] = [];
  #previous: { readonly sequence: number; readonly hash: string } | undefined;
  #first: number | null = null;
  #entries = 0;
  #confirmed = 0;

  /**
   * @param checkpoints Newer entries win where two speak of the same sequence and agree; where they do not, it is told.
   * @param isSigned Whether a known key made the signature over a text.
   */
  constructor(given: {
    readonly sha256: (text: string) => string;
    readonly checkpoints: readonly AuditCheckpoint[];
    readonly isSigned: (text: string, by: Pick<AuditCheckpoint, 'keyId' | 'signature'>) => boolean;
  }) {
    this.#sha256 = given.sha256;
    for (const checkpoint of given.checkpoints) {
      const { sequence, hash } = checkpoint;
      if (!given.isSigned(checkpointText(checkpoint), checkpoint)) this.#tell({ kind: 'forged-checkpoint', sequence });
      else if ((this.#checkpoints.get(sequence)?.hash ?? hash) !== hash) this.#tell({ kind: 'rewritten', sequence });
      else this.#checkpoints.set(sequence, checkpoint);
    }
  }

  entry(entry: SealedEntry): void {
    const { sequence } = entry;
    const before = this.#previous ?? this.#beginning(sequence);
    if (sequence !== before.sequence + 1) this.#tell({ kind: 'gap', expected: before.sequence + 1, found: sequence });
    else if (this.#sha256(sealedText(before.hash, entry)) !== entry.hash) this.#tell({ kind: 'altered', sequence });
    const checkpoint = this.#checkpoints.get(sequence);
    if (checkpoint !== undefined) {
      if (checkpoint.hash === entry.hash) this.#confirmed += 1;
      else this.#tell({ kind: 'rewritten', sequence });
    }
    this.#first ??= sequence;
    this.#entries += 1;
    this.#previous = { sequence, hash: entry.hash };
  }

  end(): AuditVerdict {
    const last = this.#previous?.sequence ?? null;
    const signed = Math.max(0, ...this.#checkpoints.keys());
    const cut = signed > (last ?? 0);
    const faults = cut ? [...this.#faults, { kind: 'cut', sequence: signed, last: last ?? 0 } as const] : this.#faults;
    return { entries: this.#entries, first: this.#first, last, confirmed: this.#confirmed, faults };
  }

  /** What stands before the first entry: nothing, or the checkpoint at which older ones were given up. */
  #beginning(sequence: number): { readonly sequence: number; readonly hash: string } {
    const checkpoint = this.#checkpoints.get(sequence - 1);
    return checkpoint ?? { sequence: 0, hash: '' };
  }

  #tell(fault: AuditFault): void {
    if (this.#faults.length < mostFaults) this.#faults.push(fault);
  }
}
