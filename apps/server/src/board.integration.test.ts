import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addApplication, type ServerForTests, startServerForTests } from './server-for-tests.ts';

describe('the board of an estate whose applications teams own', () => {
  let tests: ServerForTests;

  beforeAll(async () => {
    tests = await startServerForTests();
    for (const team of ['web', 'data']) await tests.send('POST /teams', { body: { name: team } });
    for (const [index, [name, team]] of (
      [
        ['catalog', 'web'],
        ['invoices', 'data'],
        ['attic', null],
        ['shop', 'web'],
        ['backup', null],
      ] as const
    ).entries()) {
      await addApplication(tests, { name, head: String(index).repeat(40) });
      await tests.send(`PUT /applications/${name}/team`, { body: { team } });
    }
  });
  afterAll(() => tests.stop());

  /** All rows, read page by page. */
  const read = async (query: string, limit: number): Promise<readonly string[]> => {
    const rows: string[] = [];
    for (let next: string | null = ''; next !== null; ) {
      const cursor = next === '' ? '' : `&cursor=${next}`;
      const { body } = await tests.send(`GET /board?limit=${limit}${query}${cursor}`);
      for (const { application, team } of body.rows) rows.push(`${application.name} of ${team ?? 'nobody'}`);
      next = body.next;
    }
    return rows;
  };
  const byName = ['attic of nobody', 'backup of nobody', 'catalog of web', 'invoices of data', 'shop of web'];
  const byTeam = ['invoices of data', 'catalog of web', 'shop of web', 'attic of nobody', 'backup of nobody'];

  it.each([1, 2, 200])('is in the order of names, with the owner of each, in pages of %i', async (limit) => {
    expect(await read('', limit)).toEqual(byName);
  });

  it.each([1, 2, 200])('is by team when asked, and what nobody owns comes last, in pages of %i', async (limit) => {
    expect(await read('&order=team', limit)).toEqual(byTeam);
  });

  it('follows an application to another team', async () => {
    await tests.send('PUT /applications/attic/team', { body: { team: 'data' } });

    expect(await read('&order=team&search=a', 1)).toEqual(['attic of data', 'catalog of web', 'backup of nobody']);
    await tests.send('PUT /applications/attic/team', { body: { team: null } });
  });

  it('knows no other order, and says which there are', async () => {
    const { status, body } = await tests.send('GET /board?order=age');

    expect(status).toBe(422);
    expect(JSON.stringify(body)).toContain('team');
  });
});
