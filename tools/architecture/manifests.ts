import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { z } from 'zod';
import { repository } from '../run-program.ts';
import { type Declared, packageOf } from './dependency-rule.ts';
import { parts } from './dependency-table.ts';

const names = z.record(z.string(), z.string()).default({});
const manifest = z.object({
  scripts: names,
  dependencies: names,
  devDependencies: names,
  optionalDependencies: names,
  peerDependencies: names,
  overrides: z.unknown().optional(),
});
export type Manifest = z.output<typeof manifest>;

/** Every package.json by its folder, the root's under `''`. */
export function readManifests(): Readonly<Record<string, Manifest>> {
  const paths = globSync(['package.json', '{packages,apps,plugins}/*/package.json', '{e2e,bench,tools}/package.json'], {
    cwd: repository,
  });
  return Object.fromEntries(
    paths.map((path) => {
      const folder = posix.dirname(path.replaceAll('\\', '/'));
      return [folder === '.' ? '' : folder, manifest.parse(JSON.parse(readFileSync(join(repository, path), 'utf8')))];
    }),
  );
}

export function declaredIn(manifests: Readonly<Record<string, Manifest>>): Declared {
  return Object.fromEntries(
    Object.entries(manifests).map(([folder, each]) => [
      folder,
      Object.keys({
        ...each.dependencies,
        ...each.devDependencies,
        ...each.optionalDependencies,
        ...each.peerDependencies,
      }),
    ]),
  );
}

/** Workspaces whose package.json lists more of ours than the table allows; the testkit is for development only. */
export function manifestViolations(manifests: Readonly<Record<string, Manifest>>): readonly string[] {
  return Object.entries(manifests).flatMap(([folder, each]) => {
    const rule = parts[folder.startsWith('plugins/') ? 'plugins' : folder];
    if (folder === '' || rule === undefined) return [];
    const ours = (dependencies: object) => Object.keys(dependencies).filter((name) => name.startsWith('@almanac/'));
    const allowed = rule.mayUse.map((door) => packageOf(`@almanac/${door}`));
    const tooMany = [
      ...ours(each.dependencies).filter((name) => !allowed.includes(name)),
      ...ours(each.devDependencies).filter((name) => ![...allowed, '@almanac/testkit'].includes(name)),
    ];
    return tooMany.map((name) => `${folder}/package.json lists ${name}, which the table of parts does not allow`);
  });
}
