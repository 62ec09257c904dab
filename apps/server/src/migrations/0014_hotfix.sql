alter table jobs drop constraint jobs_kind_check;
alter table jobs add constraint jobs_kind_check check (kind in ('inspect', 'resolve', 'build', 'sample', 'branch'));

create sequence hotfix_numbers;

-- Versions that are made from what a later environment runs, until every earlier one has the fix.
create table hotfixes (
  id uuid primary key,
  number integer not null unique,
  application_id uuid not null references applications (id) on delete cascade,
  environment_id uuid not null references environments (id) on delete cascade,
  branch text not null,
  -- What the environment ran then; the branch begins at its commit.
  base_build_id uuid not null references builds (id) on delete cascade,
  base_commit text not null,
  -- The newest commit of the branch that was seen.
  tip_commit text not null,
  branch_state text not null check (branch_state in ('asked', 'made', 'refused')),
  branch_detail text,
  branch_job_id uuid not null references jobs (id),
  state text not null check (state in ('open', 'closed')),
  polled_at timestamptz,
  notes text not null,
  started_by text not null,
  started_at timestamptz not null,
  closed_at timestamptz,
  closed_reason text,
  revision integer not null default 1
);
create unique index hotfixes_branch on hotfixes (application_id, branch) where state = 'open';
create index hotfixes_open on hotfixes (application_id) where state = 'open';
create index hotfixes_newest on hotfixes (number desc);
create index hotfixes_job on hotfixes (branch_job_id);

-- Builds of the branch of a hotfix.
create table hotfix_builds (
  build_id uuid primary key references builds (id) on delete cascade,
  hotfix_id uuid not null references hotfixes (id) on delete cascade
);
create index hotfix_builds_of on hotfix_builds (hotfix_id);

-- Patch identities of commits since the base of a hotfix; merges and empty commits have none.
create table commit_patches (
  application_id uuid not null references applications (id) on delete cascade,
  commit text not null,
  patch text not null,
  primary key (application_id, commit)
);
