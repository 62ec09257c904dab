import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type ContractElement,
  compareElements,
  comparingRules,
  elementOf,
  type Incompatibility,
  type SchemaTable,
} from '@almanac/domain';
import type { Kysely } from 'kysely';
import type { Tables } from '#tables';
import type { StoredElement } from './contracts.tables.ts';

/** Two elements by their fingerprints: what is provided, and what somebody was built against. */
export interface ElementPair {
  readonly provided: string;
  readonly builtAgainst: string;
}

export interface Verdict extends ElementPair {
  readonly compatible: boolean;
  /** Empty when it is compatible. */
  readonly reasons: readonly Incompatibility[];
}

/** So many pairs are asked for at once: parameters of a statement are bounded. */
const pairsAtOnce = 1000;
const longestTurnMs = 20;

/** Whether what is provided satisfies who was built against the other; compared once, then remembered. */
export async function verdictOf(db: Kysely<Tables>, pair: ElementPair): Promise<Verdict> {
  const [verdict] = await verdictsOf(db, [pair]);
  return verdict ?? { ...pair, compatible: true, reasons: [] };
}

/** The same for many pairs, in their order. */
export async function verdictsOf(db: Kysely<Tables>, pairs: readonly ElementPair[]): Promise<readonly Verdict[]> {
  const verdicts = new Map<string, Verdict>();
  const different = [...new Map(pairs.map((pair) => [keyOf(pair), pair])).values()].filter(
    ({ provided, builtAgainst }) => provided !== builtAgainst,
  );
  for (let start = 0; start < different.length; start += pairsAtOnce) {
    const some = different.slice(start, start + pairsAtOnce);
    for (const verdict of await rememberedVerdicts(db, some)) verdicts.set(keyOf(verdict), verdict);
    const open = some.filter((pair) => !verdicts.has(keyOf(pair)));
    for (const verdict of await compareAll(db, open)) verdicts.set(keyOf(verdict), verdict);
  }
  return pairs.map((pair) => verdicts.get(keyOf(pair)) ?? { ...pair, compatible: true, reasons: [] });
}

function keyOf({ provided, builtAgainst }: ElementPair): string {
  return `${provided} ${builtAgainst}`;
}

async function rememberedVerdicts(db: Kysely<Tables>, pairs: readonly ElementPair[]): Promise<readonly Verdict[]> {
  if (pairs.length === 0) return [];
  return db
    .selectFrom('elementVerdicts')
    .select(['provided', 'builtAgainst', 'compatible', 'reasons'])
    .where('rules', '=', comparingRules)
    .where((where) =>
      where(
        where.refTuple('provided', 'builtAgainst'),
        'in',
        pairs.map(({ provided, builtAgainst }) => where.tuple(provided, builtAgainst)),
      ),
    )
    .execute();
}

async function compareAll(db: Kysely<Tables>, pairs: readonly ElementPair[]): Promise<readonly Verdict[]> {
  if (pairs.length === 0) return [];
  const elements = await loadElements(db, [...new Set(pairs.flatMap((pair) => [pair.provided, pair.builtAgainst]))]);
  const compared: Verdict[] = [];
  let since = performance.now();
  const unknown: Verdict[] = [];
  for (const pair of pairs) {
    const [provided, builtAgainst] = [elements.get(pair.provided), elements.get(pair.builtAgainst)];
    if (provided === undefined || builtAgainst === undefined) {
      const detail = 'what it was built against, or what is provided, is not known here';
      unknown.push({ ...pair, compatible: false, reasons: [{ code: 'cannot-tell', place: '', detail }] });
      continue;
    }
    // Many comparisons one after the other would hold up everybody else.
    if (performance.now() - since > longestTurnMs) {
      await nextTurn();
      since = performance.now();
    }
    const reasons = compareElements(provided, builtAgainst);
    compared.push({ ...pair, compatible: reasons.length === 0, reasons });
  }
  // Whoever finds the same at the same time writes in the same order.
  const found = compared.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  if (found.length > 0)
    await db
      .insertInto('elementVerdicts')
      .values(found.map((verdict) => ({ ...verdict, reasons: JSON.stringify(verdict.reasons), rules: comparingRules })))
      // One of other rules is overtaken.
      .onConflict((conflict) =>
        conflict.columns(['provided', 'builtAgainst']).doUpdateSet((excluded) => ({
          compatible: excluded.ref('excluded.compatible'),
          reasons: excluded.ref('excluded.reasons'),
          rules: excluded.ref('excluded.rules'),
        })),
      )
      .execute();
  return [...compared, ...unknown];
}

/** Elements by their fingerprints; the schemas of a document are loaded once for all of its elements. */
async function loadElements(
  db: Kysely<Tables>,
  fingerprints: readonly string[],
): Promise<ReadonlyMap<string, ContractElement>> {
  const rows = await db
    .selectFrom('contractElements')
    .select(['fingerprint', 'body'])
    .where('fingerprint', 'in', fingerprints)
    .where('kind', '<>', 'schemas')
    .execute();
  const stored = rows.map((row) => ({ fingerprint: row.fingerprint, element: row.body as StoredElement }));
  const documents = [...new Set(stored.map(({ element }) => element.schemasOf))];
  const schemas = new Map<string, SchemaTable>();
  for (const document of documents) {
    const row = await db
      .selectFrom('contractElements')
      .select('body')
      .where('fingerprint', '=', document)
      .executeTakeFirst();
    if (row !== undefined) schemas.set(document, row.body as SchemaTable);
  }
  return new Map(
    stored.flatMap(({ fingerprint, element }) => {
      const { schemasOf, ...body } = element;
      const own = schemas.get(schemasOf);
      return own === undefined ? [] : [[fingerprint, elementOf(body, own)] as const];
    }),
  );
}
