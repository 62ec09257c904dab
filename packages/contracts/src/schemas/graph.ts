import type { Schema, SchemaRef } from '@almanac/domain';
import { ContractFault } from '../contract-fault.ts';
import { limits } from '../limits.ts';
import type { JsonObject, Located, Sources } from '../syntax/sources.ts';
import type { Dialect } from './dialect.ts';
import { type Choice, createMade, type Member, takeApart } from './members.ts';
import { mergeOwn } from './merge-own.ts';

/** Schemas of a contract while they are taken from its files. */
export interface SchemaGraph {
  /** The schema in which all members hold together. */
  readonly add: (members: readonly Member[]) => SchemaRef;
  /** Works off everything that was added; what it gives may hold equal schemas several times. */
  readonly finish: () => Schema[];
}

interface Pending {
  readonly ref: SchemaRef;
  readonly members: readonly Member[];
  /** Schemas of which only their own keywords count: their choices were made. */
  readonly settled: readonly Located<JsonObject>[];
}

/**
 * Resolves schemas into a graph. A node stands for a set of places that hold together, as in the subset construction of
 * automata: the same set gives the same node, so that circles of references end.
 */
export function createSchemaGraph(input: {
  readonly sources: Sources;
  readonly dialect: Dialect;
  readonly file: string;
}): SchemaGraph {
  const context = { ...input, made: createMade() };
  const schemas: Schema[] = [];
  const known = new Map<string, SchemaRef>();
  const numbers = new Map<unknown, number>();
  const waiting: Pending[] = [];
  let places = 0;

  const numberOf = ({ value }: Located): number => {
    const number = numbers.get(value) ?? numbers.size;
    numbers.set(value, number);
    return number;
  };
  const refFor = (members: readonly Member[], settled: Pending['settled']): SchemaRef => {
    const parts = [...members.map((each) => `${numberOf(each)}`), ...settled.map((each) => `${numberOf(each)}s`)];
    const key = [...new Set(parts)].sort().join(' ');
    const found = known.get(key);
    if (found !== undefined) return found;
    const ref = schemas.length;
    places += members.length + settled.length;
    if (ref >= limits.schemas || places > limits.places)
      throw new ContractFault({
        file: input.file,
        detail: `it has more than ${limits.schemas} schemas, references and combinations resolved`,
      });
    known.set(key, ref);
    schemas.push({});
    waiting.push({ ref, members, settled });
    return ref;
  };
  const add = (members: readonly Member[]): SchemaRef => refFor(members, []);

  /** Every way to choose, each with what holds besides. */
  const unionOf = (choices: readonly Choice[], own: Pending['settled']): Schema => {
    let combinations: (readonly Member[])[] = [[]];
    for (const { alternatives } of choices)
      combinations = combinations.flatMap((each) => alternatives.map((alternative) => [...each, alternative]));
    const discriminator = choices.find((each) => each.discriminator !== undefined)?.discriminator;
    return {
      anyOf: combinations.map((each) => refFor(each, own)),
      ...(choices.some((each) => each.exclusive) ? { exclusive: true } : {}),
      ...(discriminator === undefined ? {} : { discriminator }),
    };
  };
  const settle = ({ ref, members, settled }: Pending): void => {
    const { own, never, choices } = takeApart(context, members);
    const all = [...settled, ...own];
    const combinations = choices.reduce((product, each) => product * each.alternatives.length, 1);
    if (never) schemas[ref] = { never: true };
    else if (choices.length === 0) schemas[ref] = mergeOwn({ ...context, add }, all);
    else if (choices.length === 1 || combinations <= limits.alternatives) schemas[ref] = unionOf(choices, all);
    else {
      const also = choices.map((choice) => schemas.push(unionOf([choice], [])) - 1);
      const merged = mergeOwn({ ...context, add }, all);
      schemas[ref] = 'anyOf' in merged ? { also: [...also, schemas.push(merged) - 1] } : { ...merged, also };
    }
  };
  return {
    add,
    finish: () => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) settle(next);
      return schemas;
    },
  };
}
