import type { BuildId } from '@almanac/domain';
import type { ContractChanges } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import type { Tables } from '#tables';
import type { KnownElement } from './contracts.tables.ts';
import { type Verdict, verdictsOf } from './verdicts.ts';

/** What changed in what builds provide, from one to another, with a verdict for each element that differs. */
export async function readContractChanges(
  db: Kysely<Tables>,
  input: { readonly from: BuildId; readonly to: BuildId },
): Promise<ContractChanges> {
  const [before, after] = [await elementsOf(db, input.from), await elementsOf(db, input.to)];
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  const pairs = names.flatMap((name) =>
    changedIn(before.get(name), after.get(name)).map(({ earlier, later }) => ({
      provided: later.fingerprint,
      builtAgainst: earlier.fingerprint,
    })),
  );
  const verdicts = new Map(
    (await verdictsOf(db, pairs)).map((each) => [`${each.provided} ${each.builtAgainst}`, each] as const),
  );
  return {
    contracts: names.map((name) => changesOf({ name, before: before.get(name), after: after.get(name), verdicts })),
  };
}

type Elements = ReadonlyMap<string, KnownElement>;

function changesOf(input: {
  readonly name: string;
  readonly before: Elements | undefined;
  readonly after: Elements | undefined;
  readonly verdicts: ReadonlyMap<string, Verdict>;
}): ContractChanges['contracts'][number] {
  const { before = new Map<string, KnownElement>(), after = new Map<string, KnownElement>() } = input;
  const changed = changedIn(before, after);
  const kept = [...after.values()].filter(({ key }) => before.has(key)).length;
  return {
    contract: input.name,
    added: [...after.values()].filter(({ key }) => !before.has(key)),
    removed: [...before.values()].filter(({ key }) => !after.has(key)),
    changed: changed.map(({ earlier, later }) => {
      const verdict = input.verdicts.get(`${later.fingerprint} ${earlier.fingerprint}`);
      return { ...later, compatible: verdict?.compatible ?? false, reasons: [...(verdict?.reasons ?? [])] };
    }),
    unchanged: kept - changed.length,
  };
}

function changedIn(
  before: Elements | undefined,
  after: Elements | undefined,
): readonly { readonly earlier: KnownElement; readonly later: KnownElement }[] {
  return [...(after?.values() ?? [])].flatMap((later) => {
    const earlier = before?.get(later.key);
    return earlier === undefined || earlier.fingerprint === later.fingerprint ? [] : [{ earlier, later }];
  });
}

async function elementsOf(db: Kysely<Tables>, build: BuildId): Promise<ReadonlyMap<string, Elements>> {
  const rows = await db
    .selectFrom('buildContracts')
    .innerJoin('contractDocuments', 'contractDocuments.fingerprint', 'buildContracts.fingerprint')
    .select(['buildContracts.contract', 'contractDocuments.elements'])
    .where('buildContracts.buildId', '=', build)
    .execute();
  return new Map(rows.map(({ contract, elements }) => [contract, new Map(elements.map((each) => [each.key, each]))]));
}
