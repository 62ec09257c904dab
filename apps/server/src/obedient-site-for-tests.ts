import type pg from 'pg';

/** The agents of all sites, as far as plans can tell: they are there, and have done what they were asked. */
export function obedientSite(session: pg.Client) {
  const act = async (table: 'targets' | 'staged_targets', phase: string) => {
    await session.query('update sites set last_seen_at = now(), enrolled_at = now()');
    await session.query(
      `insert into site_applications (site_id, application_id, operation, phase)
       select s.id, t.application_id, t.operation, $1 from ${table} t join sites s on s.environment_id = t.environment_id
       on conflict (application_id, site_id, operation) do update set phase = excluded.phase`,
      [phase],
    );
    await session.query(
      `select graphile_worker.add_job('advance-plan', json_build_object('plan', id), job_key => 'plan:' || id)
       from plans where ended_at is null and state <> 'draft'`,
    );
  };
  return { stage: () => act('staged_targets', 'staged'), run: () => act('targets', 'healthy') };
}
