alter table sessions
  -- Until then whoever has the session has proved lately enough who they are.
  add column proved_until timestamptz;

-- Sign-ins whose first factor was right, and whose second step is outstanding. Only the cookie of one opens the second step.
create table arrivals (
  token_hash text primary key,
  principal_id uuid not null references principals (id) on delete cascade,
  step text not null check (step in ('second-factor', 'enrolment')),
  wrong_codes integer not null default 0,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index arrivals_of on arrivals (principal_id);

-- The secret is sealed. The newest step of which a code was taken: no code is taken twice (RFC 6238, section 5.2).
create table totp_factors (
  principal_id uuid primary key references principals (id) on delete cascade,
  sealed_secret text not null,
  created_at timestamptz not null,
  confirmed_at timestamptz,
  last_step bigint not null default 0
);

create table passkeys (
  id uuid primary key,
  principal_id uuid not null references principals (id) on delete cascade,
  name text not null,
  credential_id text not null unique,
  public_key bytea not null,
  counter bigint not null,
  transports text[] not null,
  backed_up boolean not null,
  created_at timestamptz not null,
  last_used_at timestamptz
);
create index passkeys_of on passkeys (principal_id, created_at);

-- Challenges that were answered, until they end by themselves: each is answered once.
create table answered_challenges (
  challenge_hash text primary key,
  expires_at timestamptz not null
);

create table recovery_codes (
  code_hash text primary key,
  principal_id uuid not null references principals (id) on delete cascade
);
create index recovery_codes_of on recovery_codes (principal_id);

-- One row: who must have a second factor; beside it the roles whose holders must.
create table second_factor_policy (
  id boolean primary key default true check (id),
  everybody boolean not null default false,
  revision integer not null default 1
);
insert into second_factor_policy default values;
create table second_factor_roles (
  role_id uuid primary key references roles (id) on delete cascade
);

-- One row while there are credentials for an emergency, or while the use of some is not taken note of.
create table break_glass (
  id boolean primary key default true check (id),
  principal_id uuid not null references principals (id) on delete cascade,
  secret_hash text unique,
  made_by text not null,
  made_at timestamptz not null,
  used_at timestamptz,
  used_from text,
  acknowledged_by text
);

alter table api_tokens
  add column limits jsonb not null default '{"capabilities": null, "rights": null, "environments": null, "applications": null}',
  -- What was made with a token ends with it.
  add column parent_id uuid references api_tokens (id) on delete cascade,
  add column replaced_by uuid references api_tokens (id) on delete set null,
  add column proved_until timestamptz;
create index api_tokens_made_with on api_tokens (parent_id) where parent_id is not null;
create index api_tokens_replaced on api_tokens (replaced_by) where replaced_by is not null;

-- Tokens end. Those of the processes that start together with the server are made anew at each start.
update api_tokens set expires_at = now() + interval '1 year'
  where name <> 'made at the start of the server' and (expires_at is null or expires_at > now() + interval '1 year');

alter table sign_in_attempts drop constraint sign_in_attempts_scope_check;
alter table sign_in_attempts add constraint sign_in_attempts_scope_check
  check (scope in ('account-and-address', 'address', 'account', 'server', 'code', 'link'));
