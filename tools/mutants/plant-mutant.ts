import { readFileSync } from 'node:fs';
import type { Mutant } from './access-mutants.ts';

/**
 * Lets tests run with one file replaced, without touching it: `ALMANAC_MUTANT` names a JSON file with the path and the text.
 *
 * @returns The plugin, or nothing where no mutant is planted
 */
export function plantMutant(file: string | undefined) {
  if (file === undefined) return [];
  // Written by run-mutants.ts.
  const { path, text } = JSON.parse(readFileSync(file, 'utf8')) as Pick<Mutant, 'path' | 'text'>;
  return [
    {
      name: 'plant-mutant',
      enforce: 'pre' as const,
      transform: (_code: string, id: string) => (id.split('?')[0]?.endsWith(`/${path}`) === true ? text : undefined),
    },
  ];
}
