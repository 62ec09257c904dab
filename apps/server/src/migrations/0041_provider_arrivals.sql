-- What is kept of a sign-in with a provider is there before the session is, while its second step is outstanding.
alter table provider_sessions add column id uuid;
-- Envelopes of those that are there are bound to the session.
update provider_sessions set id = session_id;
alter table provider_sessions
  alter column id set not null,
  drop constraint provider_sessions_pkey,
  add primary key (id),
  alter column session_id drop not null,
  add unique (session_id),
  add column arrival_hash text unique references arrivals (token_hash) on delete cascade,
  add check ((session_id is null) <> (arrival_hash is null));
