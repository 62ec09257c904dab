import { compareText } from './finding.ts';

/** What one build does to the data of its application. */
export interface MigratingBuild {
  readonly number: number;
  readonly label: string;
  readonly migrations: readonly {
    readonly module: string;
    /** Equal as long as the migration is the same. */
    readonly identity: string;
    /** Whether the manifest says that builds of before work with what it leaves behind. */
    readonly reversible: boolean;
  }[];
}

/**
 * The migrations that lie between two builds of an application and that its manifests do not say can be undone: for each
 * module the newest build that brings one, as `<module> of <label>`. Both directions cross the same migrations: whoever
 * goes forward cannot go back, and whoever goes back leaves the data as they are.
 *
 * @param builds both builds and those between them, in any order
 */
export function irreversibleBetween(builds: readonly MigratingBuild[]): readonly string[] {
  const [first, ...later] = builds.toSorted((a, b) => a.number - b.number);
  const known = new Map(first?.migrations.map((each) => [each.module, each.identity]));
  const crossed = new Map<string, string>();
  for (const { label, migrations } of later)
    for (const { module, identity, reversible } of migrations) {
      if (known.get(module) !== identity && !reversible) crossed.set(module, label);
      known.set(module, identity);
    }
  return [...crossed].map(([module, label]) => `${module} of ${label}`).toSorted(compareText);
}
