const shown = '[secret]';

/**
 * A secret in memory: it can be used, and it cannot be printed by accident. Whatever makes a text of it (a template, JSON, an
 * error, the log, an inspection) gets `[secret]`; only `reveal` gives what it is.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }

  get [Symbol.toStringTag](): string {
    return 'Secret';
  }

  [Symbol.toPrimitive](): string {
    return shown;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return shown;
  }
}
