create table jobs (
  id uuid primary key,
  kind text not null check (kind in ('inspect', 'resolve', 'build', 'sample')),
  work jsonb not null,
  application_id uuid,
  state text not null check (state in ('queued', 'running', 'ended', 'cancelled')),
  attempt integer not null default 0,
  -- Grows with each claim; whoever holds an older one is refused.
  fence integer not null default 0,
  builder text,
  lease_until timestamptz,
  created_at timestamptz not null,
  ended_at timestamptz
);
create index jobs_queued on jobs (created_at) where state = 'queued';
create index jobs_running on jobs (lease_until) where state = 'running';
create index jobs_of on jobs (application_id, kind, state);

create table applications (
  id uuid primary key,
  name text not null unique,
  display_name text not null,
  repository text not null,
  branch text not null,
  manifest_path text not null,
  head_commit text,
  polled_at timestamptz,
  builds integer not null default 0,
  created_at timestamptz not null,
  revision integer not null default 1,
  unique (repository, manifest_path)
);

create table inspections (
  id uuid primary key,
  job_id uuid not null references jobs (id),
  repository text not null,
  branch text not null,
  manifest_path text not null,
  state text not null check (state in ('queued', 'running', 'succeeded', 'failed')),
  commit jsonb,
  manifest jsonb,
  fault jsonb,
  requested_by text not null,
  created_at timestamptz not null
);
create index inspections_job on inspections (job_id);

create table builds (
  id uuid primary key,
  application_id uuid not null references applications (id) on delete cascade,
  number integer not null,
  job_id uuid not null references jobs (id),
  state text not null check (state in ('queued', 'running', 'succeeded', 'failed', 'errored', 'cancelled')),
  branch text not null,
  -- What people call it; made anew for all builds of an application when one of them gets a version.
  label text not null,
  commit text,
  manifest jsonb,
  index_digest text,
  evidence jsonb not null default '[]',
  fault jsonb,
  requested_by text not null,
  created_at timestamptz not null,
  started_at timestamptz,
  ended_at timestamptz,
  unique (application_id, number)
);
create index builds_newest on builds (application_id, created_at desc);
create index builds_commit on builds (application_id, commit);
create index builds_job on builds (job_id);

create table build_modules (
  build_id uuid not null references builds (id) on delete cascade,
  name text not null,
  input_key text not null,
  digest text not null,
  size bigint not null,
  reused boolean not null,
  duration_ms integer not null,
  primary key (build_id, name)
);
create index build_modules_input on build_modules (input_key);
create index build_modules_digest on build_modules (digest);

create table build_logs (
  job_id uuid not null references jobs (id) on delete cascade,
  start_byte bigint not null,
  end_byte bigint not null,
  text text not null,
  primary key (job_id, start_byte)
);

create table commits (
  application_id uuid not null references applications (id) on delete cascade,
  hash text not null,
  parents text[] not null,
  author text not null,
  at timestamptz not null,
  subject text not null,
  primary key (application_id, hash)
);

create table artifacts (
  digest text primary key,
  size bigint not null,
  stored_at timestamptz not null
);

create table versions (
  id uuid primary key,
  application_id uuid not null references applications (id) on delete cascade,
  number text not null,
  major integer not null,
  minor integer not null,
  patch integer not null,
  build_id uuid not null unique references builds (id),
  commit text not null,
  notes text not null,
  changes jsonb not null,
  created_by text not null,
  created_at timestamptz not null,
  unique (application_id, number)
);
create index versions_highest on versions (application_id, major desc, minor desc, patch desc);
create index versions_commit on versions (application_id, commit);
