import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AuditCheckpoint, AuditVerifier, auditCategoryOf } from '@almanac/domain';
import { verifyText } from '@almanac/host';
import { type AuditEntry, type AuditLine, auditLine } from '@almanac/protocol';
import { waitUntil } from '@almanac/testkit';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forgetAudit } from './features/audit/checkpoints.ts';
import { openDatabase } from './platform/database/index.ts';
import { type ServerForTests, startServerForTests } from './server-for-tests.ts';

const environment = (name: string, displayName = name) => ({ name, displayName, type: 'test' });

describe('the audit', () => {
  let tests: ServerForTests;
  let database: pg.Client;
  let elsewhere: string;
  let sinkFile: string;

  beforeAll(async () => {
    elsewhere = await mkdtemp(join(tmpdir(), 'almanac audit '));
    sinkFile = join(elsewhere, 'checkpoints.jsonl');
    tests = await startServerForTests({ ALMANAC_AUDIT_SINK: sinkFile });
    database = await tests.connect();
  });
  afterAll(async () => {
    await tests.stop();
    await rm(elsewhere, { recursive: true, force: true });
  });

  /** Everything is sealed, and what was sealed last is signed. */
  const settled = () =>
    waitUntil('the audit to be sealed and signed', async () => {
      const [{ unsealed, items }, newest] = [
        (await tests.send('GET /audit/checkpoints?limit=1')).body,
        (await tests.send('GET /audit?limit=1')).body.items[0],
      ];
      return unsealed === 0 && items.length > 0 && newest.sequence !== null;
    });
  const exported = async (query = ''): Promise<readonly AuditLine[]> => {
    const { body } = await tests.send(`GET /audit/export${query}`);
    return String(body)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => auditLine.parse(JSON.parse(line)));
  };
  const verdictOf = async (lines: readonly AuditLine[], kept: readonly AuditCheckpoint[] = []) => {
    const { keys, items } = (await tests.send('GET /audit/checkpoints')).body;
    const verifier = new AuditVerifier({
      sha256: (text) => createHash('sha256').update(text).digest('hex'),
      checkpoints: [...kept, ...items],
      isSigned: (text, { keyId, signature }) =>
        keys.some(
          (each: { keyId: string; publicKey: string }) =>
            each.keyId === keyId && verifyText({ text, signature, publicKey: each.publicKey }),
        ),
    });
    for (const line of lines) verifier.entry(line);
    return verifier.end();
  };

  it('seals what was done in a chain that anybody who may read it can verify', async () => {
    for (const name of ['one', 'two', 'three']) await tests.send('POST /environments', { body: environment(name) });
    await settled();

    const lines = await exported();

    expect(lines.map((each) => each.sequence)).toEqual(lines.map((_, at) => at + 1));
    expect(lines.slice(-3).map((each) => [each.action, each.subject])).toEqual([
      ['environment-created', 'environment:one'],
      ['environment-created', 'environment:two'],
      ['environment-created', 'environment:three'],
    ]);
    expect(await verdictOf(lines)).toMatchObject({ last: lines.length, faults: [] });
  });

  it('keeps a digest of what a change leaves, which is what the next change finds', async () => {
    const send = async (displayName: string) => {
      const { body } = await tests.send('GET /environments/one');
      return tests.send('PATCH /environments/one', {
        body: { displayName },
        headers: { 'if-match': `"${body.revision}"` },
      });
    };
    await send('First');
    await send('Second');

    const { items } = (await tests.send('GET /audit?subject=environment:one&action=environment-changed')).body;

    expect(items).toMatchObject([{ after: expect.any(String) }, { after: expect.any(String) }]);
    expect(items[0].before).toBe(items[1].after);
    expect(items[0].after).not.toBe(items[1].after);
  });

  it('gives signed checkpoints to its sink, which show a tail that was cut and a chain that was written anew', async () => {
    await settled();
    const kept = await waitUntil('a checkpoint in the sink', async () => {
      const text = await readFile(sinkFile, 'utf8').catch(() => '');
      const lines = text.split('\n').filter((line) => line !== '');
      return lines.length === 0 ? undefined : lines.map((line): AuditCheckpoint => JSON.parse(line));
    });
    const lines = await exported();
    const signed = Math.max(...kept.map((each) => each.sequence));

    expect(await verdictOf(lines, kept)).toMatchObject({ faults: [] });
    expect((await verdictOf(lines.slice(0, signed - 1), kept)).faults).toContainEqual({
      kind: 'cut',
      sequence: signed,
      last: signed - 1,
    });
  });

  it.each(['actor', 'action', 'subject', 'detail', 'at', 'before_digest'])(
    'shows that somebody changed %s of an entry in the database',
    async (column) => {
      await settled();
      const values: Readonly<Record<string, string>> = {
        detail: '{"another": true}',
        at: '2026-01-01T00:00:00Z',
        before_digest: '0'.repeat(64),
      };
      const { rows } = await database.query('select *, detail::text as detail from audit where sequence = 3');
      await database.query(`update audit set ${column} = $1 where sequence = 3`, [values[column] ?? 'somebody else']);

      const { faults } = await verdictOf(await exported());

      await database.query(`update audit set ${column} = $1 where sequence = 3`, [rows[0][column]]);
      expect(faults).toContainEqual({ kind: 'altered', sequence: 3 });
      expect((await verdictOf(await exported())).faults).toEqual([]);
    },
  );

  it('is found by who, what, which object and when', async () => {
    const actions = async (query: string) =>
      (await tests.send(`GET /audit?limit=200&${query}`)).body.items.map((each: { action: string }) => each.action);

    expect(await actions('subject=environment:two')).toEqual(['environment-created']);
    expect(new Set(await actions('action=environment-created'))).toEqual(new Set(['environment-created']));
    expect(await actions('subject=environment%25')).toEqual([]);
    expect(await actions('actor=nobody')).toEqual([]);
    expect(await actions('to=2020-01-01T00:00:00Z')).toEqual([]);
    const { items, next } = (await tests.send('GET /audit?limit=2')).body;
    const rest = (await tests.send(`GET /audit?limit=200&cursor=${encodeURIComponent(next)}`)).body.items;
    const all = (await tests.send('GET /audit?limit=200')).body.items;
    expect([...items, ...rest]).toEqual(all);
  });

  it('is exported as a table in which no name becomes a formula', async () => {
    await tests.send('POST /sessions', { as: null, body: { name: '=cmd|calc', password: 'a wrong password' } });
    await database.query(`update audit set actor = '=1+1,"x"' where sequence is null`);
    await settled();

    const { body, headers } = await tests.send('GET /audit/export?format=csv');

    expect(headers['content-type']).toContain('text/csv');
    expect(String(body).split('\r\n')[0]).toBe('sequence,at,actor,action,subject,detail,before,after,hash');
    expect(String(body)).not.toMatch(/(^|,)"?=/m);
  });

  it('shows everybody the categories that their role reads, in lists and exports, and says which', async () => {
    await tests.send('POST /roles', {
      body: { name: 'doorkeeper', displayName: 'Doorkeeper', rights: ['read-audit-of-sign-in'] },
    });
    await tests.send('POST /sessions', { as: null, body: { name: 'nobody', password: 'a wrong password' } });
    await settled();
    const tokenOf = async (name: string, role: string): Promise<string> =>
      (await tests.send('POST /principals', { body: { name, role } })).body.secret;
    const readers = {
      auditor: await tokenOf('aud', 'auditor'),
      'release-manager': await tokenOf('rhea', 'release-manager'),
      doorkeeper: await tokenOf('door', 'doorkeeper'),
    };
    const seen = async (reader: keyof typeof readers, query = '') => {
      const { body, status } = await tests.send(`GET /audit?limit=200${query}`, { as: readers[reader] });
      return {
        status,
        detail: body.detail,
        readable: body.readable,
        categories: new Set(body.items?.map((each: AuditEntry) => each.category)),
      };
    };
    const actionsExported = async (reader: keyof typeof readers) => {
      const { body } = await tests.send('GET /audit/export', { as: readers[reader] });
      const lines = String(body)
        .split('\n')
        .filter((line) => line !== '');
      return lines.map((line) => auditLine.parse(JSON.parse(line)).action);
    };

    expect(await seen('auditor')).toMatchObject({
      status: 200,
      readable: 'all',
      categories: new Set(['settings', 'access', 'sign-in']),
    });
    expect(await seen('release-manager')).toMatchObject({
      readable: ['applications', 'deployments', 'settings'],
      categories: new Set(['settings']),
    });
    expect(await seen('doorkeeper')).toMatchObject({ readable: ['sign-in'], categories: new Set(['sign-in']) });
    expect(await seen('auditor', '&category=access')).toMatchObject({ categories: new Set(['access']) });
    expect(await seen('doorkeeper', '&category=access')).toMatchObject({
      status: 403,
      detail: expect.stringContaining('sign-in'),
    });
    expect(await seen('doorkeeper', '&action=environment-created')).toMatchObject({ categories: new Set() });
    const exportedByDoor = await actionsExported('doorkeeper');
    expect(exportedByDoor).toContain('sign-in-failed');
    expect(exportedByDoor.filter((action) => auditCategoryOf(action) !== 'sign-in')).toEqual([]);
    expect(await actionsExported('auditor')).toContain('environment-created');
    expect((await tests.send('GET /audit/export?category=access', { as: readers.doorkeeper })).status).toBe(403);
    // Whoever reads a part cannot verify the whole.
    expect((await tests.send('GET /audit/checkpoints', { as: readers.doorkeeper })).status).toBe(403);
  });

  it('says nothing of what there was before categories but to those who read all of it', async () => {
    const { body: made } = await tests.send('POST /principals', { body: { name: 'ivan', role: 'release-manager' } });
    const { rows } = await database.query('select action from audit where sequence = 4');
    await database.query("update audit set action = 'plan-forgotten' where sequence = 4");

    const { body: all } = await tests.send('GET /audit?action=plan-forgotten');
    const { body: part } = await tests.send('GET /audit?action=plan-forgotten', { as: made.secret });
    await database.query('update audit set action = $1 where sequence = 4', [rows[0].action]);

    expect(all.items).toMatchObject([{ action: 'plan-forgotten', category: null }]);
    expect(part.items).toEqual([]);
  });

  it('is for those who may read it', async () => {
    const { secret } = (await tests.send('POST /principals', { body: { name: 'vera', role: 'viewer' } })).body;

    for (const path of ['/audit', '/audit/export', '/audit/checkpoints'] as const)
      expect((await tests.send(`GET ${path}`, { as: secret })).status).toBe(403);

    const { items } = (await tests.send('GET /audit?actor=vera&action=access-refused')).body;
    expect(items.map((each: { subject: string }) => each.subject).sort()).toEqual([
      'operation:exportAudit',
      'operation:listAudit',
      'operation:listAuditCheckpoints',
    ]);
  });

  it('gives up what is older than it is kept up to a checkpoint that was delivered, and is verified from there', async () => {
    await settled();
    const { host, port, user, database: name, password } = database;
    const { db, close } = openDatabase({
      config: { host, port, user, database: name, password },
      onError: (error) => {
        throw error;
      },
    });
    try {
      expect(await forgetAudit(db, { days: 1, onlyDelivered: true })).toBe(0);
      const dropped = await forgetAudit(db, { days: 0, onlyDelivered: true });
      expect(dropped).toBeGreaterThan(0);

      const lines = await exported();

      expect(lines[0]?.sequence).toBe(dropped + 1);
      expect(await verdictOf(lines)).toMatchObject({ first: dropped + 1, faults: [] });
    } finally {
      await close();
    }
  });

  it('does not let commands wait for each other', async () => {
    await database.query('begin');
    await database.query('select * from audit_head for update');
    try {
      const answers = await Promise.all(
        ['a', 'b', 'c'].map((name) => tests.send('POST /environments', { body: environment(`waiting-${name}`) })),
      );

      expect(answers.map((each) => each.status)).toEqual([201, 201, 201]);
    } finally {
      await database.query('rollback');
    }
  });
});
