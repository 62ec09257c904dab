-- Settings as operations pinned them, once for each content; secrets in their envelopes.
create table pinned_settings (
  hash text primary key,
  settings jsonb not null
);

-- The name stays readable when the application is gone; the hashes lead to what was pinned before and after.
alter table history add column application_name text;
alter table history add column before_settings text;
alter table history add column after_settings text;
create index history_in on history (environment_id, at, id);

-- Plans hold what they pinned: the history of before gets its settings from there.
create temporary table pins on commit drop as
select p.id as plan_id, (o ->> 'application')::uuid as application_id, o ->> 'applicationName' as name,
  nullif(o -> 'before', 'null') as before, nullif(o -> 'after', 'null') as after
from plans p, jsonb_array_elements(p.body -> 'operations') o;
insert into pinned_settings (hash, settings)
select distinct on (hash) hash, settings from (
  select before ->> 'settingsHash' as hash, before -> 'settings' as settings from pins
  union all select after ->> 'settingsHash', after -> 'settings' from pins
  union all select settings_hash, settings from targets
) every where hash is not null
on conflict do nothing;
update history h set application_name = pins.name, before_settings = pins.before ->> 'settingsHash', after_settings = pins.after ->> 'settingsHash'
from pins where pins.plan_id = h.plan_id and pins.application_id = h.application_id;
drop table pins;

-- Whether other settings are set than the target has, because it went back to those of an earlier time.
alter table targets add column earlier_settings boolean not null default false;

-- What an environment ran at a moment, so that its state later on need not be made from all entries. Entries that are
-- written later never have an earlier time than a snapshot of their environment.
create table history_snapshots (
  environment_id uuid not null,
  at timestamptz not null,
  -- [application, build, hash of its settings] for each application
  running jsonb not null,
  primary key (environment_id, at)
);

-- What held for an environment as a whole, or for the placement of one application in it, from a moment on.
create table environment_changes (
  id uuid primary key,
  environment_id uuid not null,
  application_id uuid,
  at timestamptz not null,
  by_whom text not null,
  policy jsonb not null
);
create index environment_changes_of on environment_changes (environment_id, application_id, at desc);

-- What becomes of a site that is not as it should be.
alter table environments add column drift text not null default 'heal' check (drift in ('heal', 'show'));

-- What is in force is the end of what can be known of the time before.
insert into environment_changes (id, environment_id, application_id, at, by_whom, policy)
select gen_random_uuid(), e.id, null, e.created_at, 'before history', jsonb_build_object(
  'type', e.type, 'promotesFrom', (select name from environments earlier where earlier.id = e.promotes_from),
  'following', e.following, 'rollout', e.rollout, 'drift', e.drift)
from environments e;
insert into environment_changes (id, environment_id, application_id, at, by_whom, policy)
select gen_random_uuid(), p.environment_id, p.application_id, e.created_at, 'before history', jsonb_build_object('labels', p.labels)
from placements p join environments e on e.id = p.environment_id;

-- Commits that somebody went back from: an environment that follows a branch does not deploy them by itself.
create table following_holds (
  id uuid primary key,
  environment_id uuid not null references environments (id) on delete cascade,
  application_id uuid not null references applications (id) on delete cascade,
  commit text not null,
  build_id uuid not null references builds (id) on delete cascade,
  plan_number integer not null,
  by_whom text not null,
  at timestamptz not null,
  unique (environment_id, application_id, commit)
);

-- What a site says that differs on it from what was brought there, in a sentence; null while nothing does.
alter table site_applications add column drift text;
alter table sites add column reconciled_at timestamptz;
