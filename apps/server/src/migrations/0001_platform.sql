create table installation (
  id boolean primary key default true check (id),
  -- Grows when the server was restored from a backup, so that sites accept what it says from then on.
  incarnation integer not null default 1,
  setup_token_hash text,
  created_at timestamptz not null default now()
);
insert into installation default values;

-- Events that were committed with the change they speak of. One relay gives them positions afterwards, because the
-- order of sequence numbers is not the order of commits.
create table outbox (
  id uuid primary key,
  position bigint unique,
  kind text not null,
  subject jsonb not null,
  at timestamptz not null default now()
);
create index outbox_waiting on outbox (at, id) where position is null;

create table outbox_head (
  id boolean primary key default true check (id),
  position bigint not null default 0
);
insert into outbox_head default values;

create table audit (
  sequence bigint primary key,
  at timestamptz not null,
  actor text not null,
  action text not null,
  subject text not null,
  detail json not null,
  hash text not null
);

create table audit_head (
  id boolean primary key default true check (id),
  sequence bigint not null default 0,
  hash text not null default ''
);
insert into audit_head default values;

create table idempotency (
  actor text not null,
  key text not null,
  request_hash text not null,
  status integer not null,
  response jsonb,
  at timestamptz not null default now(),
  primary key (actor, key)
);
create index idempotency_age on idempotency (at);
