/**
 * Pairs of positive integers to a positive integer: a hash table with open addressing and linear probing in one typed
 * array, three integers for each slot, at most two thirds full. Nothing is ever taken out.
 */
export class PairTable {
  #slots = new Int32Array(3 * 1024);
  #mask = 1023;
  #size = 0;

  /** What stands for a pair; 0 for one that was never set. */
  get(first: number, second: number): number {
    return this.#slots[this.#slotOf(first, second) + 2] ?? 0;
  }

  set(pair: { readonly first: number; readonly second: number; readonly value: number }): void {
    const slot = this.#slotOf(pair.first, pair.second);
    if (this.#slots[slot] === 0) this.#size += 1;
    this.#slots[slot] = pair.first;
    this.#slots[slot + 1] = pair.second;
    this.#slots[slot + 2] = pair.value;
    if (this.#size * 3 > this.#mask * 2) this.#grow();
  }

  /** Where a pair stands, or the empty place where it would. */
  #slotOf(first: number, second: number): number {
    let at = mix(first, second) & this.#mask;
    for (;;) {
      const slot = at * 3;
      const found = this.#slots[slot];
      if (found === 0 || (found === first && this.#slots[slot + 1] === second)) return slot;
      at = (at + 1) & this.#mask;
    }
  }

  #grow(): void {
    const old = this.#slots;
    this.#mask = this.#mask * 2 + 1;
    this.#slots = new Int32Array(3 * (this.#mask + 1));
    for (let slot = 0; slot < old.length; slot += 3) {
      const first = old[slot] ?? 0;
      const second = old[slot + 1] ?? 0;
      if (first === 0) continue;
      const place = this.#slotOf(first, second);
      this.#slots[place] = first;
      this.#slots[place + 1] = second;
      this.#slots[place + 2] = old[slot + 2] ?? 0;
    }
  }
}

/** Spreads pairs that lie close together: the finaliser of MurmurHash3 (Appleby, public domain) over both. */
function mix(first: number, second: number): number {
  let hash = Math.imul(first, 0x9e3779b1) ^ second;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
