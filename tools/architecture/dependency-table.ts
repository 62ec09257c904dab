/** What each part may import of our own, and which npm packages where that is a closed list. */
export interface PartRule {
  /** Packages, or one of their second doors alone. */
  readonly mayUse: readonly string[];
  /** Names of the only npm packages; absent where the part's package.json decides. */
  readonly onlyPackages?: readonly string[];
  /** Runs in browsers too, or decides only: no `node:` modules. */
  readonly withoutNode?: true;
}

/** The dependency rule of ARCHITECTURE.md. A part is a workspace; `plugins` stands for each folder below it. */
export const parts: Readonly<Record<string, PartRule>> = {
  'packages/domain': { mayUse: [], onlyPackages: ['ipaddr.js', 'rrule-temporal', 'semver'], withoutNode: true },
  'packages/protocol': { mayUse: ['domain'], onlyPackages: ['yaml', 'zod'], withoutNode: true },
  'packages/client': { mayUse: ['domain', 'protocol'], onlyPackages: [], withoutNode: true },
  'packages/contracts': { mayUse: ['domain'], onlyPackages: ['oxc-parser', 'yaml'] },
  'packages/delta': { mayUse: [], onlyPackages: [] },
  'packages/plugin-sdk': { mayUse: ['domain', 'protocol'] },
  'packages/host': { mayUse: [] },
  'packages/testkit': { mayUse: ['domain', 'protocol', 'client', 'host'] },
  'apps/server': { mayUse: ['domain', 'protocol', 'plugin-sdk', 'host', 'delta'] },
  'apps/agent': { mayUse: ['domain', 'protocol', 'client', 'plugin-sdk', 'host', 'delta'] },
  'apps/builder': { mayUse: ['domain', 'protocol', 'client', 'host', 'contracts'] },
  'apps/gateway': { mayUse: ['protocol/gateway'] },
  'apps/console': { mayUse: ['domain', 'protocol', 'client'], withoutNode: true },
  'apps/cli': { mayUse: ['domain', 'protocol', 'client'] },
  'apps/launcher': { mayUse: ['domain', 'protocol', 'client', 'host'] },
  plugins: { mayUse: ['plugin-sdk'] },
  e2e: { mayUse: ['domain', 'protocol', 'client', 'host', 'testkit'] },
  bench: { mayUse: ['domain', 'protocol', 'client', 'host', 'testkit', 'delta'] },
  tools: { mayUse: ['domain', 'protocol'] },
};

/** Whether a file is there for tests only; such a file may use the testkit and the root's development tools. */
export function isForTests(path: string): boolean {
  return (
    /(\.(test|contract|config)|-for-tests)\.tsx?$/.test(path) || /^(e2e|bench|tools|packages\/testkit)\//.test(path)
  );
}

/**
 * Second doors of packages: what most parts of Almanac would only carry along. Recurrence rules weigh more than the rest of
 * the domain together, and only the server asks for them, and for networks. Suites of tests load the runner of tests, which benchmarks lack.
 * The gateway runs on every site and knows nothing of the rest: what it shares with the agent has a door of its own, and so has
 * what that takes from the domain.
 */
export const sideDoors: ReadonlySet<string> = new Set([
  '@almanac/domain/csp-directives',
  '@almanac/domain/governance',
  '@almanac/domain/name',
  '@almanac/domain/network',
  '@almanac/protocol/gateway',
  '@almanac/testkit/data-plane',
]);
