import { addApplication, builtResult, commitOf, type ServerForTests, scriptedBuilder } from '../server-for-tests.ts';

/** A small estate with something of everything, so that requests have what to be about; the names and keys in it. */
export async function estateForFuzzing(tests: ServerForTests): Promise<readonly string[]> {
  const known: string[] = [];
  for (const [name, promotesFrom] of [
    ['quality', undefined],
    ['production', 'quality'],
  ] as const) {
    const { body } = await tests.send('POST /environments', {
      body: { name, displayName: name, type: 'test', ...(promotesFrom === undefined ? {} : { promotesFrom }) },
    });
    known.push(name, body.id);
  }
  const { body: site } = await tests.send('POST /sites', { body: { name: 'berlin', environment: 'quality' } });
  known.push('berlin', site.id ?? '');
  for (const [at, name] of ['catalog', 'orders'].entries()) {
    const head = String(at + 1).repeat(40);
    const application = await addApplication(tests, { name, head });
    const builder = scriptedBuilder(tests);
    const job = await builder.claim();
    if (job !== null) await builder.complete(job, await builtResult(tests, { name, commits: [commitOf(head)] }));
    await tests.send(`POST /applications/${name}/versions`, { body: { number: '1.0.0' } });
    known.push(name, application.id, head, '1.0.0', `${name}@1.0.0`);
  }
  await tests.send('POST /principals', { body: { name: 'vera', role: 'viewer' } });
  return [...known, 'vera', '1', '2'].filter((each) => each !== '');
}
