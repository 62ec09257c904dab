create table environments (
  id uuid primary key,
  name text not null unique,
  display_name text not null,
  type text not null check (type in ('development', 'test', 'staging', 'production')),
  position integer not null,
  promotes_from uuid references environments (id),
  following jsonb not null,
  rollout jsonb,
  created_at timestamptz not null,
  revision integer not null default 1
);

create table sites (
  id uuid primary key,
  name text not null unique,
  environment_id uuid not null references environments (id),
  labels jsonb not null default '{}',
  signing_key text,
  sealing_key text,
  agent_version text,
  protocol_version text,
  host jsonb,
  enrolled_at timestamptz,
  last_seen_at timestamptz,
  -- What the site should be: the signed document, and what it was made from.
  generation integer not null default 0,
  document jsonb,
  content_hash text,
  -- What it says that it is.
  observed_generation integer not null default 0,
  observed_incarnation integer not null default 0,
  report jsonb,
  reported_at timestamptz,
  created_at timestamptz not null,
  revision integer not null default 1
);
create index sites_of on sites (environment_id, name);

create table enrolment_tokens (
  token_hash text primary key,
  site_id uuid not null references sites (id) on delete cascade,
  expires_at timestamptz not null,
  used_at timestamptz
);

create table artifact_tokens (
  token_hash text primary key,
  site_id uuid not null references sites (id) on delete cascade,
  expires_at timestamptz not null
);

create table placements (
  environment_id uuid not null references environments (id) on delete cascade,
  application_id uuid not null references applications (id) on delete cascade,
  labels jsonb not null,
  revision integer not null default 1,
  primary key (environment_id, application_id)
);

create table setting_values (
  application_id uuid not null references applications (id) on delete cascade,
  key text not null,
  environment_id uuid not null references environments (id) on delete cascade,
  level text not null check (level in ('environment', 'label', 'site')),
  selector text not null default '',
  secret boolean not null,
  -- Plain text, or the envelope of a secret.
  value text not null,
  changed_by text not null,
  changed_at timestamptz not null,
  primary key (application_id, key, environment_id, level, selector)
);

-- What an environment should run: the truth of the present. History stands beside it.
create table targets (
  environment_id uuid not null references environments (id),
  application_id uuid not null references applications (id),
  build_id uuid not null references builds (id),
  -- A new operation makes the sites act anew.
  operation text not null,
  -- The settings that were in force when the operation began, resolved for each site.
  settings jsonb not null,
  settings_hash text not null,
  plan_id uuid not null,
  since timestamptz not null,
  primary key (environment_id, application_id)
);

-- What the sites of an environment should have ready beside what runs.
create table staged_targets (
  environment_id uuid not null references environments (id),
  application_id uuid not null references applications (id),
  build_id uuid not null references builds (id),
  operation text not null,
  settings jsonb not null,
  settings_hash text not null,
  plan_id uuid not null,
  primary key (environment_id, application_id)
);

create sequence plan_numbers;

create table plans (
  id uuid primary key,
  number integer not null unique,
  environment_id uuid not null references environments (id),
  state text not null,
  -- The pure plan as the domain reads and writes it.
  body jsonb not null,
  application_ids uuid[] not null,
  origin text not null,
  notes text not null,
  requested_by text not null,
  findings jsonb not null,
  wake_at timestamptz,
  created_at timestamptz not null,
  started_at timestamptz,
  ended_at timestamptz,
  revision integer not null default 1
);
create index plans_newest on plans (environment_id, number desc);
create index plans_active on plans (environment_id) where ended_at is null and state <> 'draft';
create index plans_due on plans (wake_at) where wake_at is not null;

create table plan_log (
  plan_id uuid not null references plans (id) on delete cascade,
  position integer not null,
  at timestamptz not null,
  level text not null,
  application text,
  site text,
  message text not null,
  primary key (plan_id, position)
);

create table history (
  id uuid primary key,
  at timestamptz not null,
  environment_id uuid not null,
  application_id uuid not null,
  kind text not null check (kind in ('deployed', 'configured', 'removed', 'failed', 'returned')),
  before_build_id uuid,
  after_build_id uuid,
  plan_id uuid not null,
  plan_number integer not null,
  by_whom text not null,
  detail text
);
create index history_newest on history (at desc, id desc);
create index history_of on history (environment_id, application_id, at desc);
