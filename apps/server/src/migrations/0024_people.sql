alter table sessions
  add column id uuid not null default gen_random_uuid(),
  add column address text not null default '',
  add column user_agent text not null default '';
create unique index sessions_id on sessions (id);

-- Tries to sign in, by account, by address, by both, and of all: see attempts.ts of the domain.
create table sign_in_attempts (
  scope text not null check (scope in ('account-and-address', 'address', 'account', 'server')),
  key text not null,
  failures integer not null,
  since timestamptz not null,
  blocked_until timestamptz,
  primary key (scope, key)
);
create index sign_in_attempts_age on sign_in_attempts (since);

-- Browsers from which an account signed in before: guessing by others does not keep its owner out.
create table known_devices (
  token_hash text primary key,
  principal_id uuid not null references principals (id) on delete cascade,
  last_seen_at timestamptz not null
);
create index known_devices_of on known_devices (principal_id);

-- Links by which somebody sets a password: at the first time, or when it is lost. Each works once.
create table password_links (
  token_hash text primary key,
  principal_id uuid not null unique references principals (id) on delete cascade,
  expires_at timestamptz not null
);
