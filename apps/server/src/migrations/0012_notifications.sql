-- Who is told of what, and where.
create table notification_subscriptions (
  id uuid primary key,
  name text not null unique,
  address jsonb not null,
  filter jsonb not null,
  state text not null default 'active' check (state in ('active', 'paused')),
  paused_reason text,
  -- Attempts that failed since the last one that succeeded, and since when.
  failures integer not null default 0,
  failing_since timestamptz,
  created_by text not null,
  created_at timestamptz not null,
  revision integer not null default 1
);

-- Envelopes of the secrets that sign; the one before the newest has an end.
create table notification_secrets (
  id uuid primary key,
  subscription_id uuid not null references notification_subscriptions (id) on delete cascade,
  envelope text not null,
  created_at timestamptz not null,
  expires_at timestamptz
);
create index notification_secrets_of on notification_secrets (subscription_id, created_at desc);

-- What was told, once for all who are told.
create table notifications (
  id uuid primary key,
  -- The same thing is told once.
  key text not null unique,
  kind text not null,
  -- Grows; of two notifications the later one has the greater or the same.
  sequence bigint not null,
  at timestamptz not null,
  content jsonb not null,
  created_at timestamptz not null
);
create index notifications_age on notifications (created_at);

create table notification_deliveries (
  id uuid primary key,
  notification_id uuid not null references notifications (id) on delete cascade,
  subscription_id uuid not null references notification_subscriptions (id) on delete cascade,
  state text not null check (state in ('pending', 'delivered', 'given-up')),
  -- Grows with each attempt: whoever made an earlier one says nothing any more.
  attempts integer not null default 0,
  -- Attempts since it was last asked for; pauses grow with it.
  tries integer not null default 0,
  due_at timestamptz not null,
  claimed_until timestamptz,
  created_at timestamptz not null,
  ended_at timestamptz,
  unique (subscription_id, notification_id)
);
create index notification_deliveries_due on notification_deliveries (subscription_id, due_at) where state = 'pending';
create index notification_deliveries_newest on notification_deliveries (subscription_id, created_at desc, id desc);
create index notification_deliveries_of on notification_deliveries (notification_id);

create table notification_attempts (
  delivery_id uuid not null references notification_deliveries (id) on delete cascade,
  number integer not null,
  at timestamptz not null,
  duration_ms integer,
  outcome text not null check (outcome in ('under-way', 'delivered', 'failed', 'lost')),
  status integer,
  detail text,
  response text,
  primary key (delivery_id, number)
);

-- How far the outbox was read. What happened before this table was made is told to nobody.
create table notification_cursor (
  id boolean primary key default true check (id),
  position bigint not null
);
insert into notification_cursor (position) select position from outbox_head;

-- What is known of things that have a level, such as a site that is heard or not.
create table notification_levels (
  subject text primary key,
  told text not null,
  seen text not null,
  seen_since timestamptz not null
);
