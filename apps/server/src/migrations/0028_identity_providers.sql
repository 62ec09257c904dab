-- Where people are known who sign in here without a password of ours.
create table identity_providers (
  id uuid primary key,
  name text not null unique,
  display_name text not null,
  kind text not null check (kind in ('oidc', 'ldap', 'saml')),
  enabled boolean not null default false,
  -- Order on the page of the sign-in.
  position integer not null,
  created_at timestamptz not null,
  created_by text not null,
  revision integer not null default 1
);

-- Each change of a configuration is a version: a draft until it was tried and activated.
create table identity_provider_versions (
  id uuid primary key,
  provider_id uuid not null references identity_providers (id) on delete cascade,
  number integer not null,
  configuration jsonb not null,
  -- Envelopes by the name of the secret.
  secrets jsonb not null default '{}',
  provisioning text not null check (provisioning in ('off', 'everybody', 'mapped')),
  default_role_id uuid references roles (id) on delete set null,
  created_at timestamptz not null,
  created_by text not null,
  tried_at timestamptz,
  activated_at timestamptz,
  -- What was in force before, and whether this one gives way to it by itself when nobody can sign in.
  previous_id uuid references identity_provider_versions (id) on delete set null,
  returns boolean not null default true,
  -- Sign-ins since it was activated.
  successes integer not null default 0,
  failures integer not null default 0,
  first_failure_at timestamptz,
  returned_at timestamptz,
  returned_why text,
  unique (provider_id, number)
);
-- The version in force. It is no foreign key: a backup brings tables back one after the other, and these two would wait for each
-- other. Versions go with their provider, and in no other way.
alter table identity_providers add column active_id uuid;

-- What a group of the provider gives, in order. Without a team it is the default role.
create table identity_provider_mappings (
  version_id uuid not null references identity_provider_versions (id) on delete cascade,
  position integer not null,
  group_key text not null,
  role_id uuid not null references roles (id) on delete cascade,
  team_id uuid references teams (id) on delete cascade,
  primary key (version_id, position)
);
create index identity_provider_mappings_by_role on identity_provider_mappings (role_id);
create index identity_provider_mappings_by_team on identity_provider_mappings (team_id);

-- Who is who: by the key that the provider gave them, and by nothing else.
create table external_identities (
  id uuid primary key,
  provider_id uuid not null references identity_providers (id) on delete cascade,
  subject text not null,
  principal_id uuid not null references principals (id) on delete cascade,
  -- The default role that the provider gave; null when the account was made by hand.
  given_role_id uuid references roles (id) on delete set null,
  provisioned boolean not null,
  name text,
  email text,
  linked_at timestamptz not null,
  last_seen_at timestamptz,
  unique (provider_id, subject),
  unique (provider_id, principal_id)
);
create index external_identities_of on external_identities (principal_id);

-- A membership that a provider gave goes when it says so no longer; one that was given by hand stays.
alter table memberships add column given_by uuid references identity_providers (id) on delete cascade;
create index memberships_given_by on memberships (given_by) where given_by is not null;

-- Sign-ins that are under way. Each ends once, in the browser in which it began.
create table provider_sign_ins (
  state_hash text primary key,
  provider_id uuid not null references identity_providers (id) on delete cascade,
  version_id uuid not null references identity_provider_versions (id) on delete cascade,
  browser_hash text not null,
  -- Envelope of what the protocol has to remember.
  remembered text not null,
  -- A try of this person; null for a sign-in.
  dry_run_id uuid,
  page text,
  expires_at timestamptz not null
);
create index provider_sign_ins_age on provider_sign_ins (expires_at);

create table provider_dry_runs (
  id uuid primary key,
  provider_id uuid not null references identity_providers (id) on delete cascade,
  version_id uuid not null references identity_provider_versions (id) on delete cascade,
  principal_id uuid not null references principals (id) on delete cascade,
  started_at timestamptz not null,
  ended_at timestamptz,
  problem text,
  result jsonb
);
create index provider_dry_runs_of on provider_dry_runs (provider_id, started_at desc);

-- Sessions that a provider let in: it is asked again and again whether the person is still there.
create table provider_sessions (
  session_id uuid primary key references sessions (id) on delete cascade,
  identity_id uuid not null references external_identities (id) on delete cascade,
  version_id uuid not null references identity_provider_versions (id) on delete cascade,
  -- The key of the session at the provider.
  foreign_session text,
  -- Envelope of the tokens by which the provider is asked and told.
  kept text,
  answered_at timestamptz not null,
  -- Null where there is no way to ask.
  due_at timestamptz
);
create index provider_sessions_due on provider_sessions (due_at) where due_at is not null;
create index provider_sessions_of on provider_sessions (identity_id);
create index provider_sessions_foreign on provider_sessions (foreign_session) where foreign_session is not null;

-- Messages of sign-outs that were carried out: each once.
create table provider_logouts (
  provider_id uuid not null references identity_providers (id) on delete cascade,
  message text not null,
  expires_at timestamptz not null,
  primary key (provider_id, message)
);
