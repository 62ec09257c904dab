/** A column of 32-bit integers that grows as it is written; what was never written is 0. */
export class IntColumn {
  #values = new Int32Array(64);

  get(at: number): number {
    return this.#values[at] ?? 0;
  }

  set(at: number, value: number): void {
    if (at >= this.#values.length) this.#growTo(at + 1);
    this.#values[at] = value;
  }

  #growTo(length: number): void {
    const grown = new Int32Array(Math.max(length, Math.ceil(this.#values.length * 1.5)));
    grown.set(this.#values);
    this.#values = grown;
  }
}
