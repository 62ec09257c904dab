import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type AccessRole,
  type ApplicationId,
  authorize,
  type EnvironmentId,
  type GovernedEnvironment,
  type PrincipalActor,
  type RoleId,
} from '@almanac/domain';
import { privateDirectory } from '@almanac/host';
import { type Estate, startEstate } from '@almanac/testkit';
import pg from 'pg';
import type { Benchmark } from './benchmark.ts';
import { load, missingPrograms } from './load.ts';

const grants = 1000;
const decisions = 200_000;
const turns = 3;

/** A decision as every request asks for it, and the board of somebody whose rights are many single grants. */
export const benchmark: Benchmark = {
  name: 'access',
  about: `decisions for somebody with ${grants} grants, and their board of 1,000 applications beside an administrator's`,
  needs: () => missingPrograms(['wrk']),
  run: async () => {
    const estate = await startEstate();
    try {
      const granted = await seed(estate);
      const boards = await compareBoards(estate, granted);
      return [
        {
          figure: 'one decision',
          unit: 'µs',
          values: Array.from({ length: turns }, decisionTime),
          bar: { words: 'under 20', holds: (median) => median < 20 },
        },
        { figure: 'board, p99 of an administrator', unit: 'ms', values: boards.map((each) => each.administrator) },
        { figure: `board, p99 with ${grants} grants`, unit: 'ms', values: boards.map((each) => each.granted) },
        {
          figure: 'board with grants against administrator',
          unit: 'times',
          values: boards.map((each) => each.granted / each.administrator),
          bar: { words: 'at most 1.2', holds: (median) => median <= 1.2 },
        },
      ];
    } finally {
      await estate.stop();
      await estate.remove();
    }
  },
};

/** Microseconds for one decision about an application in an environment. */
function decisionTime(): number {
  const environments = Array.from(
    { length: 5 },
    (_, at): GovernedEnvironment => ({ id: `environment-${at}` as EnvironmentId, type: 'production' }),
  );
  const role = (id: string, elsewhere: AccessRole['elsewhere']): AccessRole => ({
    id: id as RoleId,
    name: id,
    displayName: id,
    inEnvironments: {},
    inTypes: { production: ['list', 'deploy'] },
    elsewhere,
    rights: [],
  });
  const [nobody, granted] = [role('nobody', []), role('granted', ['list'])];
  const applications = Array.from({ length: grants }, (_, at) => `application-${at}` as ApplicationId);
  const id = 'somebody' as PrincipalActor['id'];
  const actor: PrincipalActor = {
    kind: 'principal',
    id,
    name: 'somebody',
    access: {
      id,
      name: 'somebody',
      active: true,
      defaultRole: nobody.id,
      memberships: new Map(),
      grants: new Map(applications.map((each) => [each, granted.id])),
    },
    roles: new Map([nobody, granted].map((each) => [each.id, each])),
    environments,
  };
  const began = performance.now();
  let allowed = 0;
  for (let at = 0; at < decisions; at += 1) {
    const environment = environments[at % environments.length];
    const application = applications[at % applications.length];
    if (environment === undefined || application === undefined) continue;
    const object = { kind: 'in-environment', environment, applications: [{ id: application, team: null }] } as const;
    if (authorize(actor, 'capability:deploy', object).allowed) allowed += 1;
  }
  if (allowed !== decisions) throw new Error(`${allowed} of ${decisions} decisions were the right ones`);
  return ((performance.now() - began) * 1000) / decisions;
}

/** An estate, and the token of somebody who sees of it what they were granted one by one. */
async function seed(estate: Estate): Promise<string> {
  const { secret } = await estate.client.createPrincipal({ body: { name: 'granted', role: 'viewer' } });
  const host = privateDirectory(join(estate.data, 'postgres'));
  const database = new pg.Client({ host, port: 5432, user: 'almanac', database: 'postgres' });
  await database.connect();
  await database.query(await readFile(join(import.meta.dirname, 'board', 'seed.sql'), 'utf8'));
  await database.query(`insert into roles (id, name, display_name) values (gen_random_uuid(), 'nobody', 'Nobody')`);
  await database.query(`update principals set default_role_id = (select id from roles where name = 'nobody')
    where name = 'granted'`);
  await database.query(`insert into grants (application_id, principal_id, role_id)
    select a.id, p.id, r.id from applications a, principals p, roles r
    where a.name like 'app-%' and p.name = 'granted' and r.name = 'viewer'`);
  await database.query('analyze');
  await database.end();
  return secret;
}

async function compareBoards(
  estate: Estate,
  granted: string,
): Promise<readonly { readonly administrator: number; readonly granted: number }[]> {
  const { secret: administrator } = await estate.client.createApiToken({ body: { name: 'bench' } });
  const ask = async (token: string) =>
    (await load({ url: `${estate.url}/api/v1/board?limit=100`, tokens: [token], connections: 1, seconds: 5 })).p99;
  const boards: { readonly administrator: number; readonly granted: number }[] = [];
  await ask(administrator);
  await ask(granted);
  for (let turn = 0; turn < turns; turn += 1)
    boards.push({ administrator: await ask(administrator), granted: await ask(granted) });
  return boards;
}
