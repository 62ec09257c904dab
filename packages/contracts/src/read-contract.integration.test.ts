import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answer, type Piece } from './contracts-for-tests.ts';
import { readContract } from './read-contract.ts';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'contracts '));
  await mkdir(join(directory, 'api'));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

const write = (name: string, content: unknown) =>
  writeFile(join(directory, 'api', name), typeof content === 'string' ? content : JSON.stringify(content));
const read = (path: string, folder = 'api') => readContract({ within: directory, folder, path });
const apiOf = (schemas: Piece): Piece => ({
  openapi: '3.1.0',
  paths: { '/a': { get: answer({ $ref: '#/components/schemas/S0' }) } },
  components: { schemas },
});
const reference = (index: number) => ({ $ref: `#/components/schemas/S${index}` });

describe('a contract that is read in a thread', { timeout: 120_000 }, () => {
  it('is the document, and the program goes on meanwhile', async () => {
    await write('a.json', apiOf({ S0: { type: 'string' } }));
    let turns = 0;
    const turning = setInterval(() => {
      turns += 1;
    }, 1);
    const document = await read('a.json');
    clearInterval(turning);

    expect(document.elements).toMatchObject([{ key: 'GET /a' }]);
    expect(turns).toBeGreaterThan(0);
  });

  it('of 20 MiB is read', async () => {
    const operation = (index: number) => ({
      get: {
        description: 'x'.repeat(4000),
        ...answer({ type: 'object', properties: { [`f${index}`]: { type: 'string', description: 'y'.repeat(300) } } }),
      },
    });
    const paths = Object.fromEntries(Array.from({ length: 4600 }, (_, index) => [`/p${index}`, operation(index)]));
    const text = JSON.stringify({ openapi: '3.0.3', paths });
    expect(text.length).toBeGreaterThan(19 * 1024 * 1024);
    await write('large.json', text);

    expect((await read('large.json')).elements).toHaveLength(4600);
  });

  it('whose sets of schemas multiply is refused in words', async () => {
    // Each step doubles what holds together: the subset construction at its worst.
    const bomb = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [
        `S${index}`,
        {
          type: 'object',
          properties: {
            a: reference((index + 1) % 40),
            b: { allOf: [reference((index + 1) % 40), reference((index * 7 + 3) % 40)] },
          },
        },
      ]),
    );
    await write('sets.json', apiOf(bomb));

    await expect(read('sets.json')).rejects.toThrow(
      'sets.json: it has more than 200000 schemas, references and combinations resolved',
    );
  });

  it('whose schemas differ only far away ends in bounded time', async () => {
    const ring = Object.fromEntries(
      Array.from({ length: 5000 }, (_, index) => [
        `S${index}`,
        { type: 'object', properties: { n: reference((index + 1) % 5000) } },
      ]),
    );
    await write('ring.json', apiOf(ring));
    await write('far.json', apiOf({ ...ring, S2500: { ...ring['S2500'], required: ['n'] } }));

    expect((await read('ring.json')).schemas).toHaveLength(1);
    await expect(read('far.json')).rejects.toThrow('nested in each other too much');
  });

  it('that is broken says where', async () => {
    await write('b.yaml', 'openapi: 3.1.0\npaths:\n  /a:\n    get:\n      parameters: [{ name: a }]\n');

    await expect(read('b.yaml')).rejects.toMatchObject({
      name: 'ContractFault',
      file: 'b.yaml',
      pointer: '/paths/~1a/get/parameters/0',
      line: 5,
    });
  });

  it.each([
    ['a link to elsewhere', 'link.json', 'api', "it leads out of the module's folder"],
    ['nothing', 'nothing.json', 'api', 'there is no such file'],
    ['in a folder that is a link', 'passwd.json', 'linked', 'there is no such folder, or it is reached by a link'],
    ['in a folder above', 'a.json', '..', 'there is no such file'],
  ])('%s is refused', async (_title, path, folder, message) => {
    await symlink('/etc/passwd', join(directory, 'api', 'link.json')).catch(() => undefined);
    await symlink('/etc', join(directory, 'linked')).catch(() => undefined);

    await expect(read(path, folder)).rejects.toThrow(message);
  });

  it('can be stopped', async () => {
    await write('a.json', apiOf({ S0: { type: 'string' } }));

    const stopped = readContract({
      within: directory,
      folder: 'api',
      path: 'a.json',
      signal: AbortSignal.abort(new Error('enough')),
    });

    await expect(stopped).rejects.toThrow('enough');
  });
});
