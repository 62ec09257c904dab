import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addApplication,
  builtResult,
  commitOf,
  digestOf,
  type ServerForTests,
  scriptedBuilder,
  startServerForTests,
} from './server-for-tests.ts';

const hash = (digit: string) => digit.repeat(40);

describe('builds', () => {
  let tests: ServerForTests;
  let builder: ReturnType<typeof scriptedBuilder>;

  beforeAll(async () => {
    tests = await startServerForTests();
    builder = scriptedBuilder(tests);
  });
  afterAll(() => tests.stop());

  it('goes from a repository to a version with its change log', async () => {
    const application = await addApplication(tests, { name: 'orders', head: hash('a') });
    expect(application).toMatchObject({ name: 'orders', latestVersion: null, revision: 1 });

    const first = await builder.claim();
    expect(first.work).toMatchObject({ kind: 'build', commit: hash('a'), application: { name: 'orders' } });
    const done = await builder.complete(
      first,
      await builtResult(tests, { name: 'orders', commits: [commitOf(hash('a'), [], 'feat: begin')] }),
    );
    expect(done.status).toBe(204);
    const build = (await tests.send(`GET /builds/${first.work.build}`)).body;
    expect(build).toMatchObject({ state: 'succeeded', label: 'aaaaaaaa', version: null, number: 1 });
    const tagged = await tests.send('POST /applications/orders/versions', { body: { build: build.id } });
    expect(tagged).toMatchObject({ status: 201, body: { number: '0.1.0' } });

    const { body: next } = await tests.send('POST /applications/orders/push-events', { body: { commit: hash('b') } });
    const second = await builder.claim();
    expect(second.work.build).toBe(next.build.id);
    expect(second.work.knownCommits).toEqual([hash('a')]);
    await builder.complete(
      second,
      await builtResult(tests, { name: 'orders', commits: [commitOf(hash('b'), [hash('a')], 'fix: a price')] }),
    );
    const fixed = (await tests.send(`GET /builds/${next.build.id}`)).body;
    expect(fixed).toMatchObject({ label: '0.1.0+1', changes: [{ subject: 'fix: a price' }] });
    const suggestion = await tests.send(`GET /applications/orders/version-suggestion?build=${fixed.id}`);
    expect(suggestion.body).toMatchObject({ number: '0.1.1', changes: [{ hash: hash('b') }] });
    const low = await tests.send('POST /applications/orders/versions', { body: { build: fixed.id, number: '0.0.9' } });
    expect(low).toMatchObject({ status: 409, body: { code: 'version-not-above' } });
    const again = await tests.send('POST /applications/orders/versions', { body: { build: build.id } });
    expect(again).toMatchObject({ status: 409, body: { code: 'build-not-usable' } });
  });

  it('is asked for and tagged while somebody changes what belongs to the application', async () => {
    await addApplication(tests, { name: 'busy', head: hash('a') });
    const job = await builder.claim();
    await builder.complete(job, await builtResult(tests, { name: 'busy', commits: [commitOf(hash('a'))] }));
    const session = await tests.connect();
    await session.query('begin');
    // What a setting that is being written holds of its application.
    await session.query("select 1 from applications where name = 'busy' for key share");

    const tagged = await tests.send('POST /applications/busy/versions', { body: { build: job.work.build } });
    const pushed = await tests.send('POST /applications/busy/push-events', { body: { commit: hash('b') } });

    await session.query('rollback');
    expect([tagged.status, pushed.body.build.state]).toEqual([201, 'queued']);
    await builder.complete(
      await builder.claim(),
      await builtResult(tests, { name: 'busy', commits: [commitOf(hash('b'), [hash('a')])] }),
    );
  });

  it('gives the build that a commit has already, unless a rebuild is asked for', async () => {
    const same = await tests.send('POST /applications/orders/builds', { body: { commit: hash('a') } });
    expect(same.body).toMatchObject({ number: 1, state: 'succeeded' });

    const fresh = await tests.send('POST /applications/orders/builds', { body: { commit: hash('a'), rebuild: true } });
    expect(fresh.body).toMatchObject({ number: 3, state: 'queued' });
    await tests.send(`POST /builds/${fresh.body.id}/cancel`);
    expect(await builder.claim()).toBeNull();
  });

  it('keeps a cancelled build cancelled, whatever its builder says afterwards', async () => {
    const { body: build } = await tests.send('POST /applications/orders/builds', { body: { commit: hash('c') } });
    const job = await builder.claim();
    const cancelled = await tests.send(`POST /builds/${build.id}/cancel`);
    expect(cancelled.body.state).toBe('cancelled');
    expect((await builder.post(`/builders/jobs/${job.id}/heartbeat`, { fence: job.fence })).body).toEqual({
      cancelled: true,
    });

    const late = await builder.complete(
      job,
      await builtResult(tests, { name: 'orders', commits: [commitOf(hash('c'))] }),
    );

    expect(late.status).toBe(204);
    expect((await tests.send(`GET /builds/${build.id}`)).body).toMatchObject({ state: 'cancelled', modules: [] });
  });

  it('appends a log by offset, so that a repeated chunk is kept once', async () => {
    const { body: build } = await tests.send('POST /applications/orders/builds', { body: { commit: hash('d') } });
    const job = await builder.claim();
    const log = (offset: number, text: string) =>
      builder.post(`/builders/jobs/${job.id}/log`, { fence: job.fence, offset, text });
    expect((await log(0, 'one\n')).body).toEqual({ next: 4, full: false });
    expect((await log(0, 'one\ntwo\n')).body).toEqual({ next: 8, full: false });
    expect((await log(4, 'two\n')).body).toEqual({ next: 8, full: false });
    expect((await log(100, 'far\n')).body).toEqual({ next: 8, full: false });

    const read = await tests.send(`GET /builds/${build.id}/log?after=4`);

    expect(read.body).toEqual({ text: 'two\n', next: 8, complete: false });
    await tests.send(`POST /builds/${build.id}/cancel`);
  });

  it('tries again what broke, with a log that goes on, and refuses who held it before', async () => {
    const { body: build } = await tests.send('POST /applications/orders/builds', { body: { commit: hash('e') } });
    const broke = {
      kind: 'fault',
      fault: { outcome: 'errored', code: 'builder-error', detail: 'the disk of the builder broke' },
    };
    for (const attempt of [1, 2]) {
      const job = await builder.claim();
      expect(job.fence).toBe(attempt);
      await builder.post(`/builders/jobs/${job.id}/log`, { fence: job.fence, offset: 0, text: `attempt ${attempt}\n` });
      await builder.complete(job, broke);
      expect((await tests.send(`GET /builds/${build.id}`)).body.state).toBe('queued');
    }
    const last = await builder.claim();
    const stale = await builder.complete({ ...last, fence: last.fence - 1 }, broke);
    expect(stale).toMatchObject({ status: 409, body: { code: 'fenced' } });

    await builder.complete(last, broke);

    const ended = (await tests.send(`GET /builds/${build.id}`)).body;
    expect(ended).toMatchObject({ state: 'errored', fault: { code: 'builder-error' } });
    expect((await tests.send(`GET /builds/${build.id}/log`)).body.text).toBe('attempt 1\nattempt 2\n');
  });

  it('stores no artifact whose content is another one, and leaves nothing of it behind', async () => {
    const wrong = await builder.upload('something', digestOf('something else'));

    expect(wrong).toMatchObject({ status: 409, body: { code: 'digest-mismatch' } });
    expect(await readdir(join(tests.directory, 'data', 'artifacts', 'uploads'))).toEqual([]);
    const asked = await tests.send(`GET /builders/artifacts/${digestOf('something else')}`, { as: tests.builder });
    expect(asked.body).toEqual({ stored: false, size: null });
  });

  it('refuses a result that names what was not uploaded', async () => {
    const { body: build } = await tests.send('POST /applications/orders/builds', { body: { commit: hash('f') } });
    const job = await builder.claim();
    const result = await builtResult(tests, { name: 'orders', commits: [commitOf(hash('f'))] });

    const refused = await builder.complete(job, { ...result, index: digestOf('never uploaded') });

    expect(refused).toMatchObject({ status: 422, body: { code: 'invalid-request' } });
    expect((await tests.send(`GET /builds/${build.id}`)).body.state).toBe('running');
    await tests.send(`POST /builds/${build.id}/cancel`);
  });

  it('tells a builder that a build was cancelled while it asks, and not only the next time', async () => {
    const { body: build } = await tests.send('POST /applications/orders/builds', { body: { commit: hash('7') } });
    const job = await builder.claim();

    const beat = builder.post(`/builders/jobs/${job.id}/heartbeat`, { fence: job.fence, wait: 25 });
    await tests.send(`POST /builds/${build.id}/cancel`);

    expect((await beat).body).toEqual({ cancelled: true });
  }, 10_000);

  it('keeps the beginning of a log that is too long, says where it was cut, and asks for no more of it', async () => {
    const { body: build } = await tests.send('POST /applications/orders/builds', { body: { commit: hash('8') } });
    const job = await builder.claim();
    const chunk = `${'x'.repeat(999_999)}\n`;
    let offset = 0;
    let full = false;
    while (!full) {
      const { body } = await builder.post(`/builders/jobs/${job.id}/log`, { fence: job.fence, offset, text: chunk });
      offset = body.next;
      full = body.full;
    }
    await builder.post(`/builders/jobs/${job.id}/log`, { fence: job.fence, offset, text: 'too late\n' });

    const end = await tests.send(`GET /builds/${build.id}/log?after=${offset - 1_500_000}`);

    expect(offset).toBe(17_000_000);
    expect(end.body.text.slice(-60)).toMatch(/^x*\n\n… the log is longer than 16 MiB; the rest is not kept …\n$/);
    await tests.send(`POST /builds/${build.id}/cancel`);
  });

  it('lets an application with few builds not wait behind one with many', async () => {
    for (const name of ['few', 'some']) await addApplication(tests, { name, head: hash('1') });
    for (let commit = 0; commit < 6; commit += 1)
      await tests.send('POST /applications/orders/builds', { body: { commit: `${commit}`.padStart(40, '4') } });
    await tests.send('POST /applications/few/builds', { body: { commit: hash('2') } });
    const running: (() => Promise<unknown>)[] = [];
    const began: string[] = [];

    // Two builders: the older one of two jobs that run ends before the next is claimed.
    for (let turn = 0; turn < 9; turn += 1) {
      if (running.length === 2) await running.shift()?.();
      const job = await builder.claim();
      began.push(job.work.application.name);
      running.push(() => tests.send(`POST /builds/${job.work.build}/cancel`));
    }

    for (const end of running) await end();
    expect(began.slice(0, 5).toSorted()).toEqual(['few', 'few', 'orders', 'orders', 'some']);
    expect(began.slice(5)).toEqual(['orders', 'orders', 'orders', 'orders']);
  });

  it('lets applications take turns', async () => {
    await addApplication(tests, { name: 'catalog', head: hash('1') });
    for (const digit of ['2', '3'])
      await tests.send('POST /applications/orders/builds', { body: { commit: hash(digit) } });
    const names: string[] = [];
    for (let turn = 0; turn < 3; turn += 1) names.push((await builder.claim()).work.application.name);

    expect(names.toSorted()).toEqual(['catalog', 'orders', 'orders']);
    expect(names[2]).toBe('orders');
  });

  it('takes the work of an application back when the application goes', async () => {
    await addApplication(tests, { name: 'gone', head: hash('9') });
    const stale = await tests.send('DELETE /applications/gone', { headers: { 'if-match': '"7"' } });
    expect(stale).toMatchObject({ status: 412, body: { code: 'revision-mismatch' } });
    const deaf = await tests.send('DELETE /applications/gone');
    expect(deaf).toMatchObject({ status: 428, body: { code: 'revision-required' } });

    const gone = await tests.send('DELETE /applications/gone', { headers: { 'if-match': '"1"' } });

    expect(gone.status).toBe(204);
    expect(await builder.claim()).toBeNull();
  });

  it.each([
    ['git@example.com:orders.git', 'credentials'],
    ['ssh://example.com/orders.git', 'ssh:'],
    ['http://example.com/orders.git', 'http:'],
    ['ext::sh -c touch% /tmp/x', 'ext:'],
    ['https://ada:secret@example.com/orders.git', 'credentials'],
  ])('refuses the repository %s and says why', async (repository, why) => {
    const refused = await tests.send('POST /inspections', { body: { repository } });

    expect(refused).toMatchObject({ status: 422, body: { code: 'unsupported-repository' } });
    expect(refused.body.detail).toContain(why);
    expect(JSON.stringify(refused.body)).not.toContain('secret');
  });
});
