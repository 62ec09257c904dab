create table principals (
  id uuid primary key,
  kind text not null check (kind in ('user', 'service')),
  name text not null unique,
  display_name text not null,
  role text not null check (role in ('administrator', 'builder')),
  password_hash text,
  active boolean not null default true,
  created_at timestamptz not null,
  revision integer not null default 1
);

create table sessions (
  token_hash text primary key,
  principal_id uuid not null references principals (id) on delete cascade,
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  expires_at timestamptz not null
);
create index sessions_of on sessions (principal_id);

create table api_tokens (
  id uuid primary key,
  principal_id uuid not null references principals (id) on delete cascade,
  name text not null,
  prefix text not null,
  token_hash text not null unique,
  created_at timestamptz not null,
  last_used_at timestamptz,
  expires_at timestamptz
);
create index api_tokens_of on api_tokens (principal_id, created_at desc);
