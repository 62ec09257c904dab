-- From where the console, the API and agents are reached, roles count and environments may be changed: one document, which is
-- put into force as a whole. It names roles and environments by their keys; those that are gone speak of nothing.
create table allow_lists (
  id boolean primary key default true check (id),
  content jsonb not null,
  -- What was in force before, for the way back.
  previous jsonb,
  -- Until then somebody has to confirm it, or what was before is in force again; null once that is done.
  trial_ends_at timestamptz,
  cause text not null check (cause in ('changed', 'returned', 'not-confirmed', 'cleared')),
  changed_at timestamptz not null,
  changed_by text not null,
  -- The address that it was changed from; null when it came about by itself, or on the server's machine.
  changed_from text,
  -- Who took note of what came about without anybody who is signed in.
  noted_by text,
  revision integer not null default 1
);
insert into allow_lists (content, cause, changed_at, changed_by) values
  ('{"entrances": {"console": null, "api": null, "agents": null}, "roles": {}, "environments": {}}', 'changed', now(), 'server');

create trigger access_changed after insert or update of content or delete on allow_lists
  for each statement execute function access_changed();

-- Where an agent came from when it connected last.
alter table sites add column connected_from text;
