/** Gives equal texts equal integers, counted from 1, and the text back; 0 is no text. */
export class Interner<Text extends string = string> {
  readonly #ids = new Map<Text, number>();
  readonly #texts: (Text | undefined)[] = [undefined];
  readonly #keep: (text: Text) => Text;

  /** `keep` makes what is stored of a text that was never seen. */
  constructor(keep: (text: Text) => Text = (text) => text) {
    this.#keep = keep;
  }

  /** The integer of a text; a new one for a text that was never seen. */
  idOf(text: Text): number {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    const id = this.#texts.length;
    const own = this.#keep(text);
    this.#ids.set(own, id);
    this.#texts.push(own);
    return id;
  }

  /** The integer of a text, 0 for one that was never seen. */
  find(text: Text): number {
    return this.#ids.get(text) ?? 0;
  }

  textOf(id: number): Text {
    const text = this.#texts[id];
    if (text === undefined) throw new Error(`no text has the number ${id}`);
    return text;
  }

  get size(): number {
    return this.#texts.length - 1;
  }
}
