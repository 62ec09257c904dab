-- A release is a record: where an application or a build went, it still says which it named.
alter table release_versions
  drop constraint release_versions_application_id_fkey,
  drop constraint release_versions_version_id_fkey,
  add column application_name text,
  add column number text,
  add column build_id uuid;
update release_versions set application_name = applications.name, number = versions.number, build_id = versions.build_id
from versions join applications on applications.id = versions.application_id where versions.id = release_versions.version_id;
alter table release_versions
  alter column application_name set not null,
  alter column number set not null,
  alter column build_id set not null,
  drop column version_id;
create index release_versions_of on release_versions (build_id);

-- The release that a plan brings; its name stays when the release is removed.
alter table plans
  add column release_id uuid references releases (id) on delete set null,
  add column release_name text;
create index plans_of_release on plans (release_id) where release_id is not null;

alter table jobs drop constraint jobs_kind_check;
alter table jobs add constraint jobs_kind_check check (kind in ('inspect', 'resolve', 'read', 'build', 'sample', 'branch'));

-- What a plan does when one of its operations fails, where it does not say.
update policies set policy = policy || '{"failurePolicy": null}';

-- The commit that a version was read from: {repository, branch, path, commit}.
alter table policies add column origin jsonb;

-- Files from which policies are read.
create table followed_policies (
  id uuid primary key,
  scope text not null check (scope in ('estate', 'path', 'environment')),
  environment_id uuid references environments (id) on delete cascade,
  repository text not null,
  branch text not null,
  path text not null,
  -- The commit that was looked at last, whether its content was taken over or not.
  commit text,
  fault jsonb,
  -- The look that is under way.
  job_id uuid references jobs (id) on delete set null,
  polled_at timestamptz,
  looked_at timestamptz,
  followed_by text not null,
  followed_at timestamptz not null,
  unique nulls not distinct (scope, environment_id)
);
