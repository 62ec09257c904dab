import { IntColumn } from './int-column.ts';

/**
 * The rows of an owner while they are collected: of each row which node it is about, and two integers that its user gives a
 * meaning, side by side. A million rows are not worth an object each.
 */
export class IncidenceRows {
  readonly fields: number[] = [];

  push(node: number, value: number, label: number): void {
    this.fields.push(node, value, label);
  }
}

/** The fields of a row, side by side: whoever follows a chain needs most of them, and memory gives neighbours at once. */
const width = 6;
/** These three are given. */
const givenFields = 3;
const nodeField = 0;
const valueField = 1;
const labelField = 2;
const ownerField = 3;
const nextField = 4;
const previousField = 5;

/** Blocks are cut in this measure, so that what one owner leaves fits the next one. */
const grain = 8;

/**
 * Which owners have to do with which nodes, readable from both ends. The rows of an owner lie side by side, as in
 * compressed sparse rows; the rows of a node are chained through them in both directions, so that an owner comes and
 * goes at a cost of its own rows. Rows count from 1; 0 is the end of a chain.
 */
export class Incidence {
  readonly #rows = new IntColumn();
  /** By node. */
  readonly #first = new IntColumn();
  /** By owner. */
  readonly #start = new IntColumn();
  readonly #length = new IntColumn();
  /** Starts of free blocks by their size in grains. */
  readonly #free: number[][] = [];
  #end = 1;

  add(owner: number, { fields }: IncidenceRows): void {
    const length = fields.length / givenFields;
    if (length === 0) return;
    const start = this.#reserve(length);
    this.#start.set(owner, start);
    this.#length.set(owner, length);
    for (let at = 0; at < length; at += 1) {
      const row = (start + at) * width;
      for (let field = 0; field < givenFields; field += 1)
        this.#rows.set(row + field, fields[at * givenFields + field] ?? 0);
      this.#rows.set(row + ownerField, owner);
      this.#link(start + at, this.nodeOf(start + at));
    }
  }

  remove(owner: number): void {
    const start = this.#start.get(owner);
    const length = this.#length.get(owner);
    if (length === 0) return;
    for (let at = start; at < start + length; at += 1) this.#unlink(at);
    this.#length.set(owner, 0);
    const size = Math.ceil(length / grain);
    const free = this.#free[size] ?? [];
    free.push(start);
    this.#free[size] = free;
  }

  /** First row of an owner; its rows follow each other up to `endOf`. */
  startOf(owner: number): number {
    return this.#start.get(owner);
  }
  endOf(owner: number): number {
    return this.#start.get(owner) + this.#length.get(owner);
  }
  /** First row about a node; its rows are found by `nextOf`. */
  firstOf(node: number): number {
    return this.#first.get(node);
  }
  nextOf(row: number): number {
    return this.#rows.get(row * width + nextField);
  }

  nodeOf(row: number): number {
    return this.#rows.get(row * width + nodeField);
  }
  valueOf(row: number): number {
    return this.#rows.get(row * width + valueField);
  }
  labelOf(row: number): number {
    return this.#rows.get(row * width + labelField);
  }
  ownerOf(row: number): number {
    return this.#rows.get(row * width + ownerField);
  }

  #reserve(length: number): number {
    const size = Math.ceil(length / grain);
    const free = this.#free[size]?.pop();
    if (free !== undefined) return free;
    const start = this.#end;
    this.#end += size * grain;
    return start;
  }

  #link(row: number, node: number): void {
    const after = this.#first.get(node);
    this.#rows.set(row * width + nextField, after);
    this.#rows.set(row * width + previousField, 0);
    if (after !== 0) this.#rows.set(after * width + previousField, row);
    this.#first.set(node, row);
  }

  #unlink(row: number): void {
    const before = this.#rows.get(row * width + previousField);
    const after = this.nextOf(row);
    if (before === 0) this.#first.set(this.nodeOf(row), after);
    else this.#rows.set(before * width + nextField, after);
    if (after !== 0) this.#rows.set(after * width + previousField, before);
  }
}
