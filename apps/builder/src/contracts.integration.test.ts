import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contractDocument, type JobResultInput } from '@almanac/protocol';
import { createRepository, type Repository } from '@almanac/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aBuilder, type BuilderForTests } from './builder-for-tests.ts';

let builder: BuilderForTests;
let directory: string;
let repository: Repository;

beforeAll(async () => {
  builder = await aBuilder();
});

afterAll(() => builder.remove());

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'shop '));
  await chmod(directory, 0o777);
  repository = await createRepository(join(directory, 'shop'));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

const openapi = [
  'openapi: 3.0.3',
  'paths:',
  '  /things/{id}:',
  '    get: { responses: { 200: { description: a thing } } }',
  '',
];

/** Builds a module in `api` that provides one file under the name `things`. */
async function buildOf(file: string, files: Readonly<Record<string, string>>, lines: readonly string[] = []) {
  const manifest = [
    'application: shop',
    'modules:',
    '  api:',
    '    path: api',
    '    start: node .',
    '    health: /healthz',
    `    provides: { things: ${file} }`,
    ...lines.map((line) => `    ${line}`),
    '',
  ];
  await repository.commit('feat: a shop', { 'almanac.yaml': manifest.join('\n'), 'api/server.js': '', ...files });
  return builder.build({ repository: repository.path });
}

function contractsOf(result: JobResultInput) {
  if (result.kind !== 'built') throw new Error(`ended as ${JSON.stringify(result)}`);
  return (result.contracts ?? []).map((each) => {
    const content = builder.shelf.blobs.get(each.document)?.toString('utf8') ?? '{}';
    return { ...each, content: contractDocument.parse(JSON.parse(content)) };
  });
}

describe('a contract of a module', () => {
  it('is read from its file, and its content is uploaded', async () => {
    const { result, log } = await buildOf('openapi.yaml', { 'api/openapi.yaml': openapi.join('\n') });

    const [contract] = contractsOf(result);
    expect(contract).toMatchObject({ module: 'api', contract: 'things', kind: 'openapi' });
    expect(contract?.content.fingerprint).toBe(contract?.fingerprint);
    expect(contract?.content.elements).toMatchObject([{ key: 'GET /things/{}', label: 'GET /things/{id}' }]);
    expect(log).toContain('api: provides things with 1 element\n');
  });

  it('is read as well where the module is not built again', async () => {
    const first = await buildOf('openapi.yaml', { 'api/openapi.yaml': openapi.join('\n') });
    await repository.commit('docs: words', { 'words.md': '1' });
    const second = await builder.build({ repository: repository.path });

    expect(second.result).toMatchObject({ modules: [{ reused: true }] });
    expect(contractsOf(second.result)).toEqual(contractsOf(first.result));
  });

  it('may be made by the build; then its module is built each time', async () => {
    const make = `build: ${JSON.stringify("echo 'export declare const name: string;' > index.d.ts")}`;
    const first = await buildOf('index.d.ts', {}, [make]);
    await repository.commit('docs: words', { 'words.md': '1' });
    const second = await builder.build({ repository: repository.path });

    expect(contractsOf(first.result)).toMatchObject([{ kind: 'package', content: { elements: [{ key: 'name' }] } }]);
    expect(contractsOf(second.result)).toEqual(contractsOf(first.result));
  });

  it('that is broken fails the build with its file, its place and what is wrong', async () => {
    const broken = [...openapi.slice(0, 3), '    get:', '      requestBody:', "        $ref: '#/components/gone'", ''];
    const { result } = await buildOf('openapi.yaml', { 'api/openapi.yaml': broken.join('\n') });

    expect(result).toMatchObject({
      kind: 'fault',
      fault: {
        outcome: 'failed',
        code: 'contract-invalid',
        module: 'api',
        detail: expect.stringMatching(
          /^the contract things of module api cannot be read: api\/openapi\.yaml:6:\d+ \(\/paths/,
        ),
        faults: [{ path: 'api/openapi.yaml', line: 6, detail: expect.stringContaining('#/components/gone') }],
      },
    });
  });

  it.each([
    ['that is not there', 'openapi.yaml', 'true', 'there is no such file'],
    ['that is a link out of the module', 'x.json', 'ln -s /etc/hostname x.json', "it leads out of the module's folder"],
    ['that is a folder', 'x.json', 'mkdir x.json', 'it is not a regular file'],
    [
      'in a folder that became a link',
      'x.json',
      'cd .. && rm -r api && ln -s /etc api',
      'exchanged its folder api for a link',
    ],
  ])('%s fails the build', async (_title, file, command, detail) => {
    const { result } = await buildOf(file, {}, [`build: ${JSON.stringify(command)}`]);

    expect(result).toMatchObject({ kind: 'fault', fault: { detail: expect.stringContaining(detail) } });
  });
});
