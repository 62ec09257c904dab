import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './run-program.ts';

/**
 * Every tsconfig that stands for sources: one per workspace, or two where tests see more than the code they test.
 * A workspace that has no source yet is left out, because TypeScript calls that an error.
 */
export function typeProjects(): readonly string[] {
  return globSync(
    ['tsconfig.json', '{packages,apps,plugins}/*/tsconfig*.json', '{e2e,bench,tools,examples}/tsconfig.json'],
    {
      cwd: repository,
    },
  )
    .filter(hasSources)
    .sort();
}

function hasSources(project: string): boolean {
  const text = readFileSync(join(repository, project), 'utf8');
  const folder = join(repository, project, '..');
  if (!text.includes('"include": ["src"]')) return globSync('**/*.ts', { cwd: folder }).length > 0;
  return readdirSync(folder).includes('src') && globSync('src/**/*.{ts,tsx}', { cwd: folder }).length > 0;
}
