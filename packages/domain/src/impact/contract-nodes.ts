import { IntColumn } from './int-column.ts';
import { Interner } from './interner.ts';
import { PairTable } from './pair-table.ts';

/** Stands for "the contract itself" where an element has the number of its key; keys follow it. */
const noKey = 1;

/** Numbers for what can be provided and consumed: a contract as such, and each of its elements. */
export class ContractNodes {
  readonly #names: Interner;
  readonly #keys: Interner;
  readonly #nodes = new PairTable();
  readonly #nameOf = new IntColumn();
  readonly #keyOf = new IntColumn();
  readonly #contractOf = new IntColumn();
  #size = 0;

  constructor(keep?: (text: string) => string) {
    this.#names = new Interner(keep);
    this.#keys = new Interner(keep);
  }

  /** The node of a contract; made when there is none. */
  contract(name: string): number {
    return this.#node(this.#names.idOf(name), noKey);
  }

  /** The node of an element of the contract with node `contract`; made when there is none. */
  element(contract: number, key: string): number {
    return this.#node(this.#nameOf.get(contract), this.#keys.idOf(key) + noKey);
  }

  /** The node of a contract, or of an element where a key is given; 0 when nobody provides or consumes it. */
  find(contract: string, key?: string): number {
    const keyId = key === undefined ? 0 : this.#keys.find(key);
    if (key !== undefined && keyId === 0) return 0;
    return this.#nodes.get(this.#names.find(contract) + 1, keyId + noKey);
  }

  isContract(node: number): boolean {
    return this.#keyOf.get(node) === noKey;
  }

  /** The node of the contract that a node belongs to. */
  contractOf(node: number): number {
    return this.#contractOf.get(node);
  }

  nameOf(node: number): string {
    return this.#names.textOf(this.#nameOf.get(node));
  }

  keyOf(node: number): string {
    return this.#keys.textOf(this.#keyOf.get(node) - noKey);
  }

  #node(name: number, key: number): number {
    // A pair of the table has no zeros; names count from 1, so they are shifted to let `find` ask for an unknown one.
    const known = this.#nodes.get(name + 1, key);
    if (known !== 0) return known;
    this.#size += 1;
    const node = this.#size;
    this.#nodes.set({ first: name + 1, second: key, value: node });
    this.#nameOf.set(node, name);
    this.#keyOf.set(node, key);
    this.#contractOf.set(node, key === noKey ? node : this.#node(name, noKey));
    return node;
  }
}
