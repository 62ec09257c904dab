import { combinePolicies, refuse } from '@almanac/domain';
import { openingsFrom } from '@almanac/domain/governance';
import type { PolicyVersion } from '@almanac/protocol';
import { findEnvironment } from '#features/environments';
import { databaseTime } from '#platform/database';
import { command, decodeCursor, type Endpoint, pageOf, read } from '#platform/http';
import { beyondScope } from '#scope';
import { followedPolicies, followedPolicyOf } from './followed-policies.ts';
import { addPolicyVersion, policyInForce, policyRows, presentVersion } from './policy-versions.ts';
import { refuseFaultyCalendars, scopesOf, toColumns } from './scopes.ts';
import type { WakeWaiting } from './wake-waiting.ts';

export const policyEndpoints = (wakeWaiting: WakeWaiting): readonly Endpoint[] => [
  read('getPolicy', async ({ db }, { params }) => {
    const { id } = await findEnvironment(db, params.environment);
    const scopes = await scopesOf(db, id);
    const found: PolicyVersion[] = [];
    for (const place of scopes) {
      const version = await policyInForce(db, place);
      if (version !== undefined) found.push(version);
    }
    const { windows, ...together } = combinePolicies(found.map((each) => each.policy));
    return {
      policies: found,
      following: await followedPolicies(db, scopes),
      together: {
        ...together,
        approvals: [...together.approvals],
        expedited: [...together.expedited],
        windows: windows.map((each) => [...each]),
      },
    };
  }),

  read('listPolicyVersions', async ({ db }, { query }) => {
    const cursor = decodeCursor(query.cursor);
    const whole = beyondScope(db, 'the environment was asked for and may be listed');
    const environment = query.environment === undefined ? undefined : await findEnvironment(whole, query.environment);
    const { scope } = query;
    const rows = await policyRows(db)
      .$if(environment !== undefined, (each) =>
        each.where('policies.environmentId', '=', environment?.id ?? ('' as never)),
      )
      .$if(scope !== undefined, (each) => each.where('policies.scope', '=', scope ?? 'estate'))
      .$if(cursor !== undefined, (each) => each.where('policies.id', '<', String(cursor?.[0])))
      .orderBy('policies.id', 'desc')
      .limit(query.limit + 1)
      .execute();
    return pageOf({ rows, limit: query.limit, keyOf: (row) => [row.id], present: presentVersion });
  }),

  command('setPolicy', async (context, { body }) => {
    const { db } = context;
    refuseFaultyCalendars(
      body.policy.windows.map((calendar, index) => ({ pointer: `/policy/windows/${index}`, calendar })),
    );
    const place = await toColumns(db, body.scope);
    const followed = await followedPolicyOf(db, place);
    if (followed !== undefined)
      return refuse(
        'wrong-state',
        `this policy is read from ${followed.path} in ${followed.repository}, branch ${followed.branch}; change it there, or stop following it: almanac policy unfollow --help`,
      );
    const { after, policy, note } = body;
    const set = await addPolicyVersion(context, { place, policy, note, after, origin: null, wakeWaiting });
    const name = set.scope.kind === 'estate' ? '' : ` ${set.scope.environment}`;
    context.audit({ subject: `policy:${place.scope}${name}`, detail: { ...body } });
    return set;
  }),

  read('listOpenings', async ({ db }, { query }) => {
    const { count, rule = null, ...rest } = query;
    const calendar = { ...rest, rule };
    const found = openingsFrom(calendar, (await databaseTime(db)).getTime(), count);
    if ('fault' in found)
      return refuse('invalid-request', 'the calendar cannot be used', [
        { pointer: `/${found.fault.field}`, detail: found.fault.detail },
      ]);
    const isoOf = (time: number) => new Date(time).toISOString();
    return {
      openings: found.spans.map((span) => ({ from: isoOf(span.from), until: isoOf(span.until) })),
    };
  }),
];
