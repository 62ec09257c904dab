import { createHash } from 'node:crypto';
import { comparingRules, type ElementBody, type PlainSchema } from '@almanac/domain';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '#platform/database';
import { collectContracts } from './features/contracts/collect-contracts.ts';
import {
  addApplication,
  builtResult,
  commitOf,
  digestOf,
  manifestOf,
  type ServerForTests,
  scriptedBuilder,
  startServerForTests,
} from './server-for-tests.ts';

let tests: ServerForTests;
let database: pg.Client;
const builder = () => scriptedBuilder(tests);

beforeAll(async () => {
  tests = await startServerForTests();
  database = await tests.connect();
});

afterAll(() => tests.stop());

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
let commits = 0;
const newCommit = (): string => {
  commits += 1;
  return hash(`commit ${commits}`).slice(0, 40);
};

/** An operation whose answer is an object with so many fields. */
function anOperation(fields: number): ElementBody {
  const response = { status: '200', headers: [], content: [{ mediaType: 'application/json', schema: fields }] };
  return {
    kind: 'openapi',
    sent: false,
    operation: { parameters: [], responses: [response], security: [], callbacks: [] },
  };
}

/** A document whose operations answer with so many fields each: `{ 'GET /things/{}': 2 }`. */
function aDocument(operations: Readonly<Record<string, number>>) {
  const text: PlainSchema = { type: 'string' };
  const objects = Array.from({ length: Math.max(...Object.values(operations)) }, (_, most): PlainSchema => {
    const fields = Array.from({ length: most + 1 }, (_each, index) => [`f${index}`, 0] as const);
    return { type: 'object', fields };
  });
  const elements = Object.entries(operations)
    .map(([key, fields]) => ({
      key,
      label: key.replace('{}', '{id}'),
      fingerprint: hash(`${fields} fields`),
      body: anOperation(fields),
    }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const fingerprint = hash(JSON.stringify(elements.map((each) => [each.key, each.fingerprint])));
  return {
    kind: 'openapi',
    fingerprint,
    elements,
    schemas: [text, ...objects],
    hashes: [text, ...objects].map((each) => hash(JSON.stringify(each))),
  };
}

interface Side {
  readonly provides?: Readonly<Record<string, ReturnType<typeof aDocument>>>;
  readonly consumes?: Readonly<Record<string, readonly string[]>>;
  /** The fingerprint that is announced, when it is not that of the document. */
  readonly announced?: string;
}

/** Builds an application, which is added when it is not there yet. */
async function build(name: string, side: Side): Promise<{ readonly id: string; readonly status: number }> {
  const head = newCommit();
  const known = await tests.send(`GET /applications/${name}`);
  if (known.status === 404) {
    await addApplication(tests, { name, head });
    const first = await builder().claim();
    if (first !== null) return finish(first, { name, head, side });
  }
  await tests.send(`POST /applications/${name}/builds`, { body: { commit: head } });
  return finish(await builder().claim(), { name, head, side });
}

async function finish(
  job: { readonly id: string; readonly work: { readonly build: string } },
  { name, head, side }: { readonly name: string; readonly head: string; readonly side: Side },
) {
  const contracts = [];
  for (const [contract, document] of Object.entries(side.provides ?? {})) {
    const content = JSON.stringify(document);
    await builder().upload(content);
    contracts.push({
      module: 'web',
      contract,
      kind: document.kind,
      fingerprint: side.announced ?? document.fingerprint,
      document: digestOf(content),
    });
  }
  const result = await builtResult(tests, { name, commits: [commitOf(head)] });
  const manifest = manifestOf(name);
  const web = {
    ...manifest.modules.web,
    provides: Object.fromEntries(Object.keys(side.provides ?? {}).map((each) => [each, 'openapi.yaml'])),
    consumes: side.consumes ?? {},
  };
  const { status } = await builder().complete(job, {
    ...result,
    manifest: { ...manifest, modules: { web } },
    contracts,
  });
  return { id: job.work.build, status };
}

const contractsOf = async (id: string) => (await tests.send(`GET /builds/${id}/contracts`)).body;

describe('contracts of builds', () => {
  it('are kept with their elements, and what consumes them with what it was built against', async () => {
    const document = aDocument({ 'GET /things': 1, 'GET /things/{}': 2 });
    const producer = await build('things', { provides: { things: document } });
    const consumer = await build('shop', { consumes: { things: ['get /things/{number}', 'DELETE /things'] } });

    expect(await contractsOf(producer.id)).toEqual({
      provides: [
        {
          module: 'web',
          contract: 'things',
          kind: 'openapi',
          fingerprint: document.fingerprint,
          elements: document.elements.map(({ key, label, fingerprint }) => ({ key, label, fingerprint })),
          consumers: [{ id: expect.any(String), name: 'shop' }],
        },
      ],
      consumes: [],
    });
    expect((await contractsOf(consumer.id)).consumes).toEqual([
      {
        module: 'web',
        contract: 'things',
        providers: [{ id: expect.any(String), name: 'things' }],
        elements: [
          { element: 'DELETE /things', label: 'DELETE /things', builtAgainst: null },
          { element: 'GET /things/{}', label: 'GET /things/{id}', builtAgainst: document.elements[1]?.fingerprint },
        ],
      },
    ]);
  });

  it('of a reference without elements, or with *, are all of them; of an unknown contract it is *', async () => {
    const document = aDocument({ 'GET /every': 1, 'POST /every': 2 });
    await build('every', { provides: { every: document } });
    const all = document.elements.map(({ key, fingerprint }) => ({ element: key, builtAgainst: fingerprint }));

    const open = await build('consumer-of-all', { consumes: { every: [], nothing: ['*'] } });

    expect((await contractsOf(open.id)).consumes).toMatchObject([
      { contract: 'every', elements: all },
      { contract: 'nothing', providers: [], elements: [{ element: '*', builtAgainst: null }] },
    ]);
  });

  it('are resolved against the first environment of the path before the newest build', async () => {
    const early = aDocument({ 'GET /parts': 1 });
    const late = aDocument({ 'GET /parts': 2 });
    const first = await build('parts', { provides: { parts: early } });
    await build('parts', { provides: { parts: late } });
    const before = await build('assembly', { consumes: { parts: ['GET /parts'] } });
    const { body: environment } = await tests.send('POST /environments', {
      body: { name: 'development', displayName: 'Development', type: 'development' },
    });
    await database.query(
      `insert into targets (environment_id, application_id, build_id, operation, settings, settings_hash, plan_id, since)
       select $1, application_id, id, 'o', '{}', '', id, now() from builds where id = $2`,
      [environment.id, first.id],
    );

    const after = await build('assembly', { consumes: { parts: ['GET /parts'] } });

    expect((await contractsOf(before.id)).consumes[0].elements[0].builtAgainst).toBe(late.elements[0]?.fingerprint);
    expect((await contractsOf(after.id)).consumes[0].elements[0].builtAgainst).toBe(early.elements[0]?.fingerprint);
  });

  it('that nobody provided yet are resolved by the first build that does, element by element, and by no later one', async () => {
    const consumer = await build('early', { consumes: { plans: ['GET /plans', 'POST /plans'], drafts: [] } });
    const elements = async () =>
      (await contractsOf(consumer.id)).consumes.map((each: { contract: string; elements: object[] }) => [
        each.contract,
        each.elements,
      ]);
    expect(await elements()).toMatchObject([
      ['drafts', [{ element: '*', builtAgainst: null }]],
      ['plans', [{ builtAgainst: null }, { builtAgainst: null }]],
    ]);
    const [one, two] = [aDocument({ 'GET /plans': 1 }), aDocument({ 'GET /plans': 2, 'POST /plans': 3 })];
    const drafts = aDocument({ 'GET /drafts': 1, 'PUT /drafts': 2 });

    await build('planner', { provides: { plans: one } });
    await build('planner', { provides: { plans: two, drafts } });

    expect(await elements()).toMatchObject([
      ['drafts', drafts.elements.map(({ key, fingerprint }) => ({ element: key, builtAgainst: fingerprint }))],
      [
        'plans',
        [
          { element: 'GET /plans', builtAgainst: one.elements[0]?.fingerprint },
          { element: 'POST /plans', builtAgainst: two.elements[1]?.fingerprint },
        ],
      ],
    ]);
  });

  it('that were resolved later are judged by the index and by plans alike', async () => {
    const reader = await build('reader', { consumes: { feeds: ['GET /feeds'] } });
    await tests.send('POST /environments', { body: { name: 'feeding', displayName: 'Feeding', type: 'test' } });
    await database.query(
      `with added as (insert into targets (environment_id, application_id, build_id, operation, settings, settings_hash, plan_id, since)
         select e.id, b.application_id, b.id, 'o', '{}', '', b.id, now() from builds b, environments e
         where b.id = $1 and e.name = 'feeding' returning environment_id, application_id)
       insert into outbox (id, kind, subject) select gen_random_uuid(), 'target-changed',
         jsonb_build_object('environment', environment_id, 'application', application_id) from added`,
      [reader.id],
    );
    const deploying = (id: string, application = 'feeder') => ({
      operations: [{ kind: 'deploy', application, source: { kind: 'build', build: id } }],
    });
    const found = (body: { findings: readonly { code: string }[] }) =>
      body.findings.filter((each) => each.code !== 'no-site');
    // The index knows the consumer from here on, as it was.
    await tests.send('POST /environments/feeding/impact', { body: deploying(reader.id, 'reader') });
    const first = await build('feeder', { provides: { feeds: aDocument({ 'GET /feeds': 2 }) } });
    const asked = async (id: string) =>
      found((await tests.send('POST /environments/feeding/impact', { body: deploying(id) })).body);
    expect(await asked(first.id)).toEqual([]);
    const breaking = await build('feeder', { provides: { feeds: aDocument({ 'GET /feeds': 1 }) } });

    expect(await asked(breaking.id)).toMatchObject([
      { code: 'element-incompatible', elements: ['GET /feeds'], consumer: { application: { name: 'reader' } } },
    ]);
    const plan = await tests.send('POST /plans', { body: { environment: 'feeding', ...deploying(breaking.id) } });
    expect(found(plan.body)).toEqual(await asked(breaking.id));
  });

  it('that an application provides and consumes itself are resolved within the build', async () => {
    const document = aDocument({ 'GET /self': 3 });

    const own = await build('narcissus', { provides: { self: document }, consumes: { self: ['GET /self'] } });

    expect((await contractsOf(own.id)).consumes[0].elements).toEqual([
      { element: 'GET /self', label: 'GET /self', builtAgainst: document.elements[0]?.fingerprint },
    ]);
  });

  it('are compared between builds, element by element, and the verdict is remembered', async () => {
    const before = await build('stock', {
      provides: {
        stock: aDocument({ 'GET /stock': 2, 'GET /old': 1, 'GET /same': 3 }),
      },
    });
    const after = await build('stock', {
      provides: { stock: aDocument({ 'GET /stock': 1, 'GET /new': 1, 'GET /same': 3 }) },
    });

    const { body } = await tests.send(`GET /builds/${after.id}/contract-changes?since=${before.id}`);
    const { body: back } = await tests.send(`GET /builds/${before.id}/contract-changes?since=${after.id}`);
    const again = await tests.send(`GET /builds/${after.id}/contract-changes?since=${before.id}`);

    expect(body.contracts).toMatchObject([
      {
        contract: 'stock',
        added: [{ key: 'GET /new' }],
        removed: [{ key: 'GET /old' }],
        changed: [{ key: 'GET /stock', compatible: false }],
        unchanged: 1,
      },
    ]);
    expect(body.contracts[0].changed[0].reasons[0]).toMatchObject({
      code: 'field-removed',
      place: expect.stringMatching(/^response 200 application\/json \//),
    });
    expect(back.contracts[0].changed).toMatchObject([{ key: 'GET /stock', compatible: true, reasons: [] }]);
    expect(again.body).toEqual(body);
    const { rows } = await database.query('select compatible from element_verdicts order by compatible');
    expect(rows).toEqual([{ compatible: false }, { compatible: true }]);
  });

  it('are compared anew where the verdict is of other rules', async () => {
    const [before, after] = [aDocument({ 'GET /rules': 12 }), aDocument({ 'GET /rules': 11 })];
    const first = await build('ruled', { provides: { rules: before } });
    const second = await build('ruled', { provides: { rules: after } });
    const pair = [after.elements[0]?.fingerprint, before.elements[0]?.fingerprint];
    await database.query(`insert into element_verdicts values ($1, $2, true, '[]', 0)`, pair);

    const { body } = await tests.send(`GET /builds/${second.id}/contract-changes?since=${first.id}`);

    expect(body.contracts).toMatchObject([{ changed: [{ key: 'GET /rules', compatible: false }] }]);
    const { rows } = await database.query(
      'select compatible, rules from element_verdicts where provided = $1 and built_against = $2',
      pair,
    );
    expect(rows).toEqual([{ compatible: false, rules: comparingRules }]);
  });

  it('are collected when no build names them: documents, elements, schemas and verdicts', async () => {
    const { host, port, user = '', database: name = '' } = database;
    const own = openDatabase({ config: { host, port, user, database: name }, onError: () => undefined });
    const [kept, gone] = [aDocument({ 'GET /kept': 21 }), aDocument({ 'GET /gone': 22, 'GET /needed': 23 })];
    await build('keeper', { provides: { kept } });
    const going = await build('going', { provides: { gone } });
    await build('needy', { consumes: { gone: ['GET /needed'] } });
    const fingerprints = [...kept.elements, ...gone.elements].map((each) => each.fingerprint);
    const [keptElement, goneElement, neededElement] = fingerprints;
    for (const [provided, builtAgainst, rules] of [
      [goneElement, keptElement, comparingRules],
      [keptElement, neededElement, comparingRules],
      [neededElement, keptElement, 0],
    ])
      await database.query(`insert into element_verdicts values ($1, $2, true, '[]', $3)`, [
        provided,
        builtAgainst,
        rules,
      ]);
    expect(await collectContracts(own.db)).toEqual({ documents: 0, elements: 0, verdicts: 1 });
    await database.query('delete from build_contracts where build_id = $1', [going.id]);

    const collected = await collectContracts(own.db);
    const again = await collectContracts(own.db);

    expect(collected).toEqual({ documents: 1, elements: 1, verdicts: 1 });
    expect(again).toEqual({ documents: 0, elements: 0, verdicts: 0 });
    const left = async (table: string, column: string, values: readonly unknown[]) =>
      (await database.query(`select ${column} as name from ${table} where ${column} = any($1)`, [values])).rows.map(
        (row) => row.name,
      );
    expect(await left('contract_documents', 'fingerprint', [kept.fingerprint, gone.fingerprint])).toEqual([
      kept.fingerprint,
    ]);
    expect(new Set(await left('contract_elements', 'fingerprint', fingerprints))).toEqual(
      new Set([keptElement, neededElement]),
    );
    // What it was built against can still be compared: its schemas stayed.
    const { rows } = await database.query(
      `select count(*)::int as n from contract_elements e join contract_elements s on s.fingerprint = e.body ->> 'schemasOf'
       where e.fingerprint = $1`,
      [neededElement],
    );
    expect(rows).toEqual([{ n: 1 }]);
    expect(await left('element_verdicts', 'provided', fingerprints)).toEqual([keptElement]);
    await own.close();
  });

  it('whose document is not what was announced are refused, and nothing is kept', async () => {
    const document = aDocument({ 'GET /lies': 1 });

    const lied = await build('liar', { provides: { lies: document }, announced: hash('another') });

    expect(lied.status).toBe(422);
    expect(await contractsOf(lied.id)).toEqual({ provides: [], consumes: [] });
  });

  it('whose document is none are refused', async () => {
    const document = { ...aDocument({ 'GET /poems': 1 }), kind: 'poem', fingerprint: hash('a poem') };

    expect((await build('poet', { provides: { poems: document } })).status).toBe(422);
  });

  it('of a build that is not there are not found', async () => {
    const nobody = '00000000-0000-7000-8000-000000000000';

    expect((await tests.send(`GET /builds/${nobody}/contracts`)).status).toBe(404);
    expect((await tests.send(`GET /builds/${nobody}/contract-changes?since=${nobody}`)).status).toBe(404);
  });
});
