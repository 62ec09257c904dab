-- More than one kind of person: who composes a plan and who approves it need not be the same.
alter table principals drop constraint principals_role_check;
alter table principals add constraint principals_role_check
  check (role in ('administrator', 'deployer', 'approver', 'viewer', 'builder'));
alter table principals add column team text;

-- What environments ask of a change. The highest version of a scope holds; the earlier ones stay on record.
create table policies (
  id uuid primary key,
  scope text not null check (scope in ('estate', 'path', 'environment')),
  environment_id uuid references environments (id) on delete cascade,
  version integer not null,
  policy jsonb not null,
  note text not null,
  changed_by text not null,
  changed_at timestamptz not null,
  check ((scope = 'estate') = (environment_id is null)),
  unique nulls not distinct (scope, environment_id, version)
);

create table freezes (
  id uuid primary key,
  name text not null,
  scope text not null check (scope in ('estate', 'path', 'environment')),
  environment_id uuid references environments (id) on delete cascade,
  reason text not null,
  begins_at timestamptz not null,
  ends_at timestamptz,
  calendar jsonb,
  created_by text not null,
  created_at timestamptz not null,
  lifted_by text,
  lifted_at timestamptz,
  lift_reason text,
  check ((scope = 'estate') = (environment_id is null))
);
create index freezes_in_force on freezes (begins_at) where lifted_at is null;

create table quarantines (
  id uuid primary key,
  application_id uuid not null references applications (id) on delete cascade,
  build_id uuid not null references builds (id) on delete cascade,
  reason text not null,
  created_by text not null,
  created_at timestamptz not null,
  lifted_by text,
  lifted_at timestamptz,
  lift_reason text
);
create unique index quarantines_in_force on quarantines (build_id) where lifted_at is null;

-- What was asked for when a plan was composed: its settings are resolved and its effects analysed anew from this.
alter table plans add column composition jsonb not null default '[]';
alter table plans add column confirmed text[] not null default '{}';
update plans set body = body || jsonb_build_object(
  'content', '', 'authors', jsonb_build_array(requested_by), 'startAt', null, 'hotfix', false,
  'course', '{"twoStep": false, "stagedFor": 86400000, "whileFrozen": "finish", "parallel": null}'::jsonb,
  'stagedUntil', null, 'continued', false, 'paused', null);

create table plan_approvals (
  id uuid primary key,
  plan_id uuid not null references plans (id) on delete cascade,
  verdict text not null check (verdict in ('approved', 'rejected')),
  principal text not null,
  role text not null,
  team text,
  -- Digest of the content that was looked at; it counts for no other.
  content text not null,
  comment text not null,
  at timestamptz not null,
  withdrawn_at timestamptz
);
create index plan_approvals_of on plan_approvals (plan_id, at);

create table plan_exemptions (
  id uuid primary key,
  plan_id uuid not null references plans (id) on delete cascade,
  subject text not null,
  content text not null,
  reason text not null,
  granted_by text not null,
  at timestamptz not null
);
create index plan_exemptions_of on plan_exemptions (plan_id, at);
