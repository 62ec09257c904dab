import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import { isForTests, type PartRule, parts, sideDoors } from './dependency-table.ts';
import { importsOf, type SourceFile } from './modules.ts';

/** The dependencies that each workspace declares, by its folder, and those of the root under `''`. */
export type Declared = Readonly<Record<string, readonly string[]>>;

interface Import {
  readonly path: string;
  readonly workspace: string;
  readonly rule: PartRule;
  readonly specifier: string;
  readonly forTests: boolean;
  readonly declared: Declared;
}

/** Says what an import breaks, and where to go instead; undefined when it breaks nothing. */
type Rule = (given: Import) => string | undefined;

const rules: readonly Rule[] = [
  onlyAllowedWorkspaces,
  onlyFrontDoors,
  stayInsideTheWorkspace,
  featuresAreFlat,
  platformKnowsNoFeature,
  noNodeWhereBrowsersRun,
  onlyListedPackages,
  onlyDeclaredPackages,
];

/** Every break of the dependency rule, as one sentence each. Fails when it was given nothing to read. */
export function violationsIn(files: readonly SourceFile[], declared: Declared): readonly string[] {
  if (files.length === 0) throw new Error('The architecture check read no module.');
  return files.flatMap((file) => {
    const workspace = workspaceOf(file.path);
    const rule = parts[workspace.startsWith('plugins/') ? 'plugins' : workspace];
    if (rule === undefined) return [`${file.path}: ${workspace} is not in the table of parts`];
    const forTests = isForTests(file.path);
    return importsOf(file).flatMap((specifier) => {
      const given: Import = { path: file.path, workspace, rule, specifier, forTests, declared };
      return rules.flatMap((check) => {
        const broken = check(given);
        return broken === undefined ? [] : [`${file.path}: imports ${specifier}, but ${broken}`];
      });
    });
  });
}

function workspaceOf(path: string): string {
  const [first = '', second = ''] = path.split('/');
  return ['packages', 'apps', 'plugins'].includes(first) ? `${first}/${second}` : first;
}

function onlyAllowedWorkspaces({ specifier, rule, workspace, forTests }: Import): string | undefined {
  if (!specifier.startsWith('@almanac/')) return undefined;
  const isOpen = (door: string) => rule.mayUse.some((each) => door === `@almanac/${each}`);
  const name = packageOf(specifier);
  if (isOpen(name) || isOpen(specifier) || (forTests && name === '@almanac/testkit')) return undefined;
  return `${workspace} may use only ${rule.mayUse.join(', ') || 'nothing of ours'}`;
}

function onlyFrontDoors({ specifier }: Import): string | undefined {
  if (specifier.startsWith('@almanac/') && specifier !== packageOf(specifier) && !sideDoors.has(specifier)) {
    return `another package is reached by its front door, ${packageOf(specifier)}`;
  }
  return /^#(features|platform)\/[^/]+\/./.test(specifier) ? 'a neighbour is reached by its front door' : undefined;
}

function stayInsideTheWorkspace({ specifier, path, workspace }: Import): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  const target = posix.join(posix.dirname(path), specifier);
  return target.startsWith(`${workspace}/`) ? undefined : 'a relative path must not leave its package';
}

function featuresAreFlat({ specifier, path }: Import): string | undefined {
  if (!path.startsWith('apps/server/src/features/') || !specifier.startsWith('../')) return undefined;
  return 'features are flat: `#features/x` is a neighbour, `#platform/x` the platform';
}

function platformKnowsNoFeature({ specifier, path }: Import): string | undefined {
  if (!path.startsWith('apps/server/src/platform/')) return undefined;
  const target = specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : specifier;
  const isFeature = target.startsWith('#features') || target.startsWith('apps/server/src/features/');
  return isFeature ? 'the platform knows no feature' : undefined;
}

function noNodeWhereBrowsersRun({ specifier, rule, forTests, workspace }: Import): string | undefined {
  if (rule.withoutNode !== true || forTests || !isBuiltin(specifier)) return undefined;
  return `${workspace} runs without Node`;
}

function onlyListedPackages({ specifier, rule, forTests, workspace }: Import): string | undefined {
  if (rule.onlyPackages === undefined || forTests || !isNpmPackage(specifier)) return undefined;
  if (rule.onlyPackages.includes(packageOf(specifier))) return undefined;
  return `${workspace} may use only these packages: ${rule.onlyPackages.join(', ') || 'none'}`;
}

function onlyDeclaredPackages({ specifier, workspace, declared, forTests }: Import): string | undefined {
  if (!isNpmPackage(specifier) && !specifier.startsWith('@almanac/')) return undefined;
  const name = packageOf(specifier);
  const allowed = [...(declared[workspace] ?? []), ...(forTests ? (declared[''] ?? []) : [])];
  if (allowed.includes(name)) return undefined;
  return `${workspace}/package.json does not list ${name}`;
}

function isNpmPackage(specifier: string): boolean {
  return !/^[.#/]/.test(specifier) && !specifier.startsWith('@almanac/') && !specifier.startsWith('node:');
}

export function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
