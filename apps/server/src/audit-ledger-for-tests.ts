import type pg from 'pg';

/** One command, and what whoever sent it knows of its end. */
export interface Sent {
  readonly request: `${string} /${string}`;
  readonly body: object | undefined;
  readonly revision: number | undefined;
  readonly key: string | undefined;
  /** The entry that it has in the audit if it takes effect; null for one that is refused. */
  readonly entry: string | null;
  outcome: 'unknown' | 'acknowledged' | 'refused';
}

interface Entry {
  readonly actor: string;
  readonly words: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** What the database has of the commands: their entries, and their effects. */
export interface Left {
  readonly entries: readonly Entry[];
  readonly environments: readonly { readonly name: string; readonly displayName: string; readonly revision: number }[];
  readonly teams: readonly string[];
}

export async function readLeft(database: pg.Client): Promise<Left> {
  const entries = await database.query(
    `select actor, action || ' ' || subject || coalesce(' ' || (detail->>'displayName'), '') as words,
       before_digest as before, after_digest as after
     from audit where subject like any (array['environment:kill-%', 'team:kill-%'])`,
  );
  const environments = await database.query(
    `select name, display_name as "displayName", revision::int as revision from environments where name like 'kill-%'`,
  );
  const teams = await database.query(`select name from teams where name like 'kill-%'`);
  return {
    entries: entries.rows,
    environments: environments.rows,
    teams: teams.rows.map((each) => each.name),
  };
}

/** Compares the entries with what was sent, with what was acknowledged, and with what is there; gives what differs, in words. */
export function faultsIn(ledger: readonly Sent[], { entries, environments, teams }: Left): readonly string[] {
  const written = new Map(entries.map((each) => [each.words, each]));
  const sent = new Set(ledger.map((each) => each.entry));
  const namesIn = (prefix: string) =>
    [...written.keys()].filter((each) => each.startsWith(prefix)).map((each) => each.slice(prefix.length));
  const deleted = new Set(namesIn('team-deleted team:'));
  return [
    ...(written.size === entries.length ? [] : [`${entries.length - written.size} entries are there twice`]),
    ...entries.filter(({ actor }) => actor !== 'launcher').map(({ actor, words }) => `by ${actor}: ${words}`),
    ...entries.filter(({ words }) => !sent.has(words)).map(({ words }) => `in the audit, sent by nobody: ${words}`),
    ...ledger
      .filter(({ entry, outcome }) => outcome === 'acknowledged' && !written.has(entry ?? ''))
      .map(({ entry }) => `acknowledged, not in the audit: ${entry}`),
    ...differences({
      told: namesIn('environment-created environment:'),
      there: environments.map((each) => each.name),
    }),
    ...differences({ told: namesIn('team-created team:').filter((each) => !deleted.has(each)), there: teams }),
    ...environments.flatMap((each) => faultsOfChanges(each, written)),
  ];
}

function differences({ told, there }: { readonly told: readonly string[]; readonly there: readonly string[] }) {
  const [known, present] = [new Set(told), new Set(there)];
  return [
    ...told.filter((each) => !present.has(each)).map((each) => `in the audit, and not there: ${each}`),
    ...there.filter((each) => !known.has(each)).map((each) => `there, and not in the audit: ${each}`),
  ];
}

/** Each change of an environment has its entry, the last one is what is there, and each follows on the one before. */
function faultsOfChanges(
  { name, displayName, revision }: Left['environments'][number],
  written: ReadonlyMap<string, Entry>,
): readonly string[] {
  // Its sender numbers what it sends, and sends one after the other.
  const changes = [...written.values()]
    .filter(({ words }) => words.startsWith(`environment-changed environment:${name} `))
    .toSorted((one, other) => numberIn(one.words) - numberIn(other.words));
  const last = changes.at(-1)?.words;
  return [
    ...(changes.length === revision - 1
      ? []
      : [`${name} was changed ${revision - 1} times, by the audit ${changes.length} times`]),
    ...(last === undefined || last.endsWith(` ${displayName}`) ? [] : [`${name} is ${displayName}, not ${last}`]),
    ...changes
      .filter(({ before }, at) => at > 0 && before !== changes[at - 1]?.after)
      .map(({ words }) => `does not follow on the one before: ${words}`),
  ];
}

function numberIn(words: string): number {
  return Number(/(\d+)$/.exec(words)?.[1]);
}
