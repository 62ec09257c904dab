/** Words of 32 bits in a SHA-256 digest. */
const words = 8;
const hexDigitsInWord = 8;
const textLength = words * hexDigitsInWord;

/**
 * Gives equal SHA-256 digests equal integers, counted from 1, and their texts back; 0 is no digest. As `Interner`, for a
 * million texts of 64 hexadecimal digits at 32 bytes each: a digest is its own hash, so a hash table with open addressing
 * and linear probing holds numbers alone, at most two thirds full.
 */
export class DigestInterner {
  /** Eight words for each digest, by number; the first eight hold the one that is sought. */
  #words = new Int32Array(words * 1024);
  #slots = new Int32Array(2048);
  #size = 0;

  /** The integer of a digest; a new one for a digest that was never seen. Throws where a text is none. */
  idOf(digest: string): number {
    this.#seek(digest);
    const slot = this.#slotOf(0);
    const known = this.#slots[slot] ?? 0;
    if (known !== 0) return known;
    this.#size += 1;
    if ((this.#size + 1) * words > this.#words.length) this.#words = copyInto(this.#words.length * 2, this.#words);
    this.#words.copyWithin(this.#size * words, 0, words);
    this.#slots[slot] = this.#size;
    if (this.#size * 3 > this.#slots.length * 2) this.#grow();
    return this.#size;
  }

  textOf(id: number): string {
    if (id < 1 || id > this.#size) throw new Error(`no digest has the number ${id}`);
    const own = this.#words.subarray(id * words, (id + 1) * words);
    return Array.from(own, (word) => (word >>> 0).toString(16).padStart(hexDigitsInWord, '0')).join('');
  }

  /** Writes a digest where the one that is sought stands. */
  #seek(digest: string): void {
    if (digest.length !== textLength) throw new Error(`"${digest}" is no SHA-256 digest`);
    for (let word = 0; word < words; word += 1) {
      let value = 0;
      for (let at = word * hexDigitsInWord; at < (word + 1) * hexDigitsInWord; at += 1)
        value = (value << 4) | digitOf(digest.charCodeAt(at), digest);
      this.#words[word] = value;
    }
  }

  /** Where the digest with a number stands in the table, or the empty place where it would. */
  #slotOf(id: number): number {
    const mask = this.#slots.length - 1;
    let slot = (this.#words[id * words] ?? 0) & mask;
    for (;;) {
      const found = this.#slots[slot] ?? 0;
      if (found === 0 || this.#equal(found, id)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #equal(one: number, other: number): boolean {
    for (let word = 0; word < words; word += 1)
      if (this.#words[one * words + word] !== this.#words[other * words + word]) return false;
    return true;
  }

  #grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    for (let id = 1; id <= this.#size; id += 1) this.#slots[this.#slotOf(id)] = id;
  }
}

function digitOf(code: number, digest: string): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  if (code >= 0x61 && code <= 0x66) return code - 0x61 + 10;
  throw new Error(`"${digest}" is no SHA-256 digest`);
}

function copyInto(length: number, from: Int32Array): Int32Array<ArrayBuffer> {
  const copy = new Int32Array(length);
  copy.set(from);
  return copy;
}
