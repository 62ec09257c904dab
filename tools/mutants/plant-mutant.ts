import { readFileSync } from 'node:fs';
import type { Plugin } from 'vitest/config';
import type { Mutant } from './access-mutants.ts';

/**
 * Lets tests run with one file replaced, without touching it: `ALMANAC_MUTANT` names a JSON file with the path and the text.
 *
 * @returns The plugin, or nothing where no mutant is planted
 */
export function plantMutant(file: string | undefined): Plugin[] {
  if (file === undefined) return [];
  // Written by run-mutants.ts.
  const { path, text } = JSON.parse(readFileSync(file, 'utf8')) as Pick<Mutant, 'path' | 'text'>;
  const isReplaced = (id: string) => id.split('?')[0]?.endsWith(`/${path}`) === true;
  return [
    {
      name: 'plant-mutant',
      enforce: 'pre',
      transform: (_code, id) => (isReplaced(id) ? text : undefined),
      // The file itself is as ever: what was kept of it must not be used now, and what is made of it now not kept.
      configureVitest: ({ defineCacheKeyGenerator }) =>
        defineCacheKeyGenerator(({ id }) => (isReplaced(id) ? false : undefined)),
    },
  ];
}
