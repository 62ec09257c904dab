import { refuse, ringObstacles } from '@almanac/domain';
import { findApplication } from '#features/applications';
import { referencesOf } from '#features/builds';
import { findEnvironment } from '#features/environments';
import { findBuild, readCandidates, readGovernance } from '#features/governance';
import { databaseTime } from '#platform/database';
import { type Endpoint, newId, read } from '#platform/http';
import { veilFor } from '#scope';
import { analyseContent } from './analyse-content.ts';
import { findPlan } from './load-plan.ts';
import { presentObstacle, presentStanding, readStanding } from './read-standing.ts';

export const standingEndpoints: readonly Endpoint[] = [
  read('getPlanStanding', async ({ db, access }, { params }) => {
    const now = await databaseTime(db);
    const row = await findPlan(db, params.plan);
    const standing = presentStanding({ ...(await readStanding({ db, now, newId }, row)), plan: row.number }, now);
    const rings = ringObstacles(row.body).map((each) => presentObstacle(each, row.number));
    const veil = await veilFor(db, { scope: access.scopeOf('list'), environments: [row.environmentId] });
    return veil({ ...standing, obstacles: [...standing.obstacles, ...rings] });
  }),

  read('getStanding', async ({ db, access }, { params, query }) => {
    const now = await databaseTime(db);
    const environment = await findEnvironment(db, params.environment);
    const application = await findApplication(db, query.application);
    const build = await findBuild(db, { application, build: query.version });
    if (build.state !== 'succeeded')
      return refuse('build-not-usable', `build ${build.number} of ${application.name} is ${build.state}`);
    const { analysed, findings } = await analyseContent(db, {
      environment,
      choices: [
        {
          application: application.id,
          name: application.name,
          kind: 'deploy',
          build: build.id,
          given: [],
          tag: null,
          earlierSettings: null,
        },
      ],
      failurePolicy: 'stop',
      earlier: [],
      newId,
    });
    const facts = await readGovernance(db, environment.id);
    const subject = {
      authors: [],
      content: analysed.content,
      approvals: [],
      exemptions: [],
      confirmed: [],
      startAt: null,
      hotfix: false,
      candidates: await readCandidates(db, {
        environment: environment.id,
        builds: [build.id],
        now,
        requirements: facts.requirements,
      }),
      findings,
    };
    const running = await db
      .selectFrom('targets')
      .select('buildId')
      .where('environmentId', '=', environment.id)
      .where('applicationId', '=', application.id)
      .executeTakeFirst();
    const reference = (await referencesOf(db, [build.id])).get(build.id);
    const veil = await veilFor(db, { scope: access.scopeOf('list'), environments: [environment.id] });
    return {
      ...veil(presentStanding({ subject, facts }, now)),
      application: { id: application.id, name: application.name },
      environment: { id: environment.id, name: environment.name },
      build: reference ?? refuse('not-found', 'the build is gone'),
      runs: running?.buildId === build.id,
    };
  }),
];
