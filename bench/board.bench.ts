import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { privateDirectory } from '@almanac/host';
import { startEstate } from '@almanac/testkit';
import pg from 'pg';
import type { Benchmark } from './benchmark.ts';
import { load, type Measured, missingPrograms } from './load.ts';

const readers = 50;
const turns = 3;

/** The first page of the board, as a team that watches a large estate asks for it. */
export const benchmark: Benchmark = {
  name: 'board',
  about: `a page of 100 rows of 1,000 applications in 5 environments, ${readers} readers that ask again at once`,
  needs: () => missingPrograms(['wrk']),
  run: async () => {
    const estate = await startEstate();
    try {
      const database = new pg.Client({
        host: privateDirectory(join(estate.data, 'postgres')),
        port: 5432,
        user: 'almanac',
        database: 'postgres',
      });
      await database.connect();
      await database.query(await readFile(join(import.meta.dirname, 'board', 'seed.sql'), 'utf8'));
      await database.end();
      const { rows } = await estate.client.getBoard({ query: { limit: 100 } });
      if (
        rows.length !== 100 ||
        rows.some((row) => row.cells.length !== 5 || row.cells.some((cell) => cell.health !== 'healthy'))
      )
        throw new Error('the estate is not the one that was meant');
      const tokens: string[] = [];
      for (let reader = 0; reader < readers; reader += 1)
        tokens.push((await estate.client.createApiToken({ body: { name: `reader ${reader}` } })).secret);
      const alone: Measured[] = [];
      const together: Measured[] = [];
      const ask = (connections: number, seconds: number) =>
        load({
          url: `${estate.url}/api/v1/board?limit=100`,
          tokens,
          connections,
          seconds,
        });
      await ask(readers, 3);
      for (let turn = 0; turn < turns; turn += 1) {
        alone.push(await ask(1, 3));
        together.push(await ask(readers, 8));
      }
      return [
        { figure: 'p99, one reader', unit: 'ms', values: alone.map((each) => each.p99) },
        {
          figure: `answers, ${readers} readers`,
          unit: 'requests/s',
          values: together.map((each) => each.requestsPerSecond),
        },
        {
          figure: `p99, ${readers} readers`,
          unit: 'ms',
          values: together.map((each) => each.p99),
          bar: { words: 'under 50', holds: (median) => median < 50 },
        },
      ];
    } finally {
      await estate.stop();
      await estate.remove();
    }
  },
};
