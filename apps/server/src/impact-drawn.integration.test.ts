import { drawEstate, writeEstate, writtenKey } from '@almanac/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerForTests, startServerForTests } from './server-for-tests.ts';

const estate = drawEstate({ applications: 60, seed: 7 });
const plans = 15;

describe('a drawn estate', () => {
  let tests: ServerForTests;

  beforeAll(async () => {
    tests = await startServerForTests();
    const session = await tests.connect();
    await writeEstate((text, values) => session.query(text, values), estate);
    for (const application of estate.applications)
      for (const environment of estate.environments)
        await session.query(
          `insert into outbox (id, kind, subject) select gen_random_uuid(), 'target-changed',
             jsonb_build_object('environment', $1::text, 'application', $2::text)`,
          [writtenKey(environment), writtenKey(application)],
        );
  });
  afterAll(() => tests.stop());

  it('is judged alike by the index of everything and by the neighbourhood that a plan reads', async () => {
    const random = estate.random('plans');
    let found = 0;
    for (let plan = 0; plan < plans; plan += 1) {
      const target = 1 + Math.floor(random() * (estate.environments.length - 1));
      const chosen = new Set(Array.from({ length: 5 }, () => Math.floor(random() * estate.applications.length)));
      const operations = [...chosen].map((at) => {
        const application = estate.applications[at] ?? '';
        if (random() < 0.1) return { kind: 'remove', application };
        const build = writtenKey(estate.installed(random() < 0.5 ? 0 : target - 1, at));
        return { kind: 'deploy', application, source: { kind: 'build', build } };
      });
      const environment = estate.environments[target];

      const asked = await tests.send(`POST /environments/${environment}/impact`, { body: { operations, limit: 500 } });
      const composed = await tests.send('POST /plans', { body: { environment, operations } });

      expect([asked, composed]).toMatchObject([{ status: 200 }, { status: 201 }]);
      const told = (findings: readonly { readonly code: string }[]) =>
        findings.filter((each) => each.code !== 'downgrade');
      expect(told(composed.body.findings)).toEqual(told(asked.body.findings));
      found += told(asked.body.findings).length;
    }
    expect(found).toBeGreaterThan(plans);
  });
});
