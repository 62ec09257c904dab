-- A thousand applications, each with three builds, in five environments with a site each that reports them all well.
insert into environments (id, name, display_name, type, position, promotes_from, following, created_at)
select gen_random_uuid(), 'bench-' || n, 'Bench ' || n, 'test', 100 + n, null, following, now()
from generate_series(1, 5) n, (select following from environments order by position desc limit 1) e;

insert into sites (id, name, environment_id, enrolled_at, last_seen_at, front_port, created_at)
select gen_random_uuid(), 'site-' || name, id, now(), now() + interval '1 day', 7410, now()
from environments where name like 'bench-%';

insert into applications (id, name, display_name, repository, branch, manifest_path, polled_at, builds, created_at)
select gen_random_uuid(), 'app-' || lpad(n::text, 4, '0'), 'Application ' || n, '/nowhere/' || n, 'main', 'almanac.yaml', now() + interval '1 day', 3, now()
from generate_series(1, 1000) n;

create temporary table numbered as
select a.id as application_id, n, gen_random_uuid() as job_id, gen_random_uuid() as build_id, md5(a.name || n) || md5(n::text)::char(8) as commit
from applications a, generate_series(1, 3) n where a.name like 'app-%';

insert into jobs (id, kind, work, application_id, state, created_at, ended_at)
select job_id, 'build', '{}', application_id, 'ended', now(), now() from numbered;
insert into commits (application_id, hash, parents, author, at, subject)
select application_id, commit, '{}', 'Developer', now(), 'feat: step ' || n from numbered;
insert into builds (id, application_id, number, job_id, state, branch, label, commit, manifest, requested_by, created_at, started_at, ended_at)
select build_id, application_id, n, job_id, 'succeeded', 'main', '1.' || n || '.0', commit, '{"modules":{"web":{"health":"/"},"worker":{}}}', 'bench', now(), now(), now()
from numbered;
insert into versions (id, application_id, number, major, minor, patch, build_id, commit, notes, changes, created_by, created_at)
select gen_random_uuid(), application_id, '1.' || n || '.0', 1, n, 0, build_id, commit, '', '[]', 'bench', now() from numbered;

insert into targets (environment_id, application_id, build_id, operation, settings, settings_hash, plan_id, since)
select e.id, n.application_id, n.build_id, 'op-' || n.application_id, '{}', '', gen_random_uuid(), now()
from environments e, numbered n where e.name like 'bench-%' and n.n = 3;
insert into site_applications (site_id, application_id, operation, phase)
select s.id, t.application_id, t.operation, 'healthy' from targets t join sites s on s.environment_id = t.environment_id;
analyze;
