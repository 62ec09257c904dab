import type pg from 'pg';

/** Rows of texts, held by column as `unnest` takes them. */
export class Rows {
  #columns: string[][];

  constructor(width: number) {
    this.#columns = Array.from({ length: width }, () => []);
  }

  add(row: readonly string[]): void {
    for (const [at, value] of row.entries()) this.#columns[at]?.push(value);
  }

  /** Gives all rows to a statement that takes one list for each column. */
  async writeBy(database: pg.Client, insert: string): Promise<void> {
    await database.query(insert, this.#columns);
    this.#columns = this.#columns.map(() => []);
  }
}
