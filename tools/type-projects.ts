import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './run-program.ts';

/**
 * What has to be type-checked: the root project, which reads every workspace once, and each project that sees other things
 * than the rest (no Node in the domain, a browser in the console) and so says options of its own.
 */
export function typeProjects(): readonly string[] {
  const own = globSync('{packages,apps,plugins}/*/tsconfig.json', { cwd: repository }).filter((project) =>
    readFileSync(join(repository, project), 'utf8').includes('"compilerOptions"'),
  );
  return ['tsconfig.json', ...own.sort()];
}
