-- A thousand applications in five environments, each deployed two hundred times in a year: a million entries of history.
insert into environments (id, name, display_name, type, position, promotes_from, following, created_at)
select gen_random_uuid(), 'bench-' || n, 'Bench ' || n, 'test', 100 + n, null, '{"kind":"none"}', now() - interval '2 years'
from generate_series(1, 5) n;
insert into environment_changes (id, environment_id, at, by_whom, policy)
select gen_random_uuid(), id, created_at, 'bench', '{"type":"test","promotesFrom":null,"following":{"kind":"none"},"rollout":null,"drift":"heal"}'
from environments where name like 'bench-%';
insert into sites (id, name, environment_id, created_at)
select gen_random_uuid(), 'site-' || name, id, now() from environments where name like 'bench-%';

insert into applications (id, name, display_name, repository, branch, manifest_path, polled_at, builds, created_at)
select gen_random_uuid(), 'app-' || lpad(n::text, 4, '0'), 'Application ' || n, '/nowhere/' || n, 'main', 'almanac.yaml', now() + interval '1 day', 20, now()
from generate_series(1, 1000) n;

create temporary table built as
select a.id as application_id, a.name, substring(a.name from 5)::int as place, n, gen_random_uuid() as job_id, gen_random_uuid() as build_id
from applications a, generate_series(0, 19) n where a.name like 'app-%';
insert into jobs (id, kind, work, application_id, state, created_at, ended_at)
select job_id, 'build', '{}', application_id, 'ended', now(), now() from built;
insert into builds (id, application_id, number, job_id, state, branch, label, commit, manifest, requested_by, created_at, started_at, ended_at)
select build_id, application_id, n + 1, job_id, 'succeeded', 'main', '1.' || n || '.0', md5(name || n) || md5(n::text)::char(8),
  jsonb_build_object('rollout', '{"strategy":"rolling","maxSurge":1,"maxUnavailable":0}'::jsonb,
    'connections', '{"DATABASE_URL":{"type":"postgres","scope":"environment"}}'::jsonb,
    'modules', jsonb_build_object('web', jsonb_build_object('health', '/', 'scale', jsonb_build_object('min', 1 + n % 3)), 'worker', '{"scale":{"min":1}}'::jsonb)),
  'bench', now(), now(), now()
from built;

-- Ten settings each, of which one changes with each of forty contents in each environment.
insert into pinned_settings (hash, settings)
select encode(sha256(convert_to(e.name || ' ' || a.name || ' ' || n, 'utf8')), 'hex'),
  jsonb_build_object(s.id, jsonb_build_object('secret', '{}'::jsonb, 'plain', (
    select jsonb_object_agg('SETTING_' || k, case when k = 1 then 'value ' || n else 'the value of ' || k end) from generate_series(1, 10) k)))
from environments e join sites s on s.environment_id = e.id, applications a, generate_series(0, 39) n
where e.name like 'bench-%' and a.name like 'app-%';

insert into history (id, at, environment_id, application_id, application_name, kind, before_build_id, before_settings, after_build_id, after_settings, plan_id, plan_number, by_whom)
select gen_random_uuid(), date_trunc('milliseconds', now() - interval '400 days') + ((round * 1000 + b.place) * 5 + e.position - 101) * interval '34 seconds',
  e.id, b.application_id, b.name, case when round % 10 = 9 then 'failed' when round % 10 = 4 then 'configured' else 'deployed' end,
  earlier.build_id, encode(sha256(convert_to(e.name || ' ' || b.name || ' ' || (round + 39) % 40, 'utf8')), 'hex'),
  b.build_id, encode(sha256(convert_to(e.name || ' ' || b.name || ' ' || round % 40, 'utf8')), 'hex'),
  gen_random_uuid(), round, 'bench'
from environments e, generate_series(0, 199) round, built b, built earlier
where e.name like 'bench-%' and b.n = round % 20 and earlier.application_id = b.application_id and earlier.n = (round + 19) % 20;
analyze;
