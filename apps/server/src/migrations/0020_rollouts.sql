-- What somebody last asked of the rollout of an application: a level that goes with the desired state of its sites.
create table rollout_commands (
  environment_id uuid not null references environments (id) on delete cascade,
  application_id uuid not null references applications (id) on delete cascade,
  -- Follows the clock, so that it goes on to grow where the server was restored from a backup.
  number bigint not null,
  operation text not null,
  kind text not null,
  step int,
  by_whom text not null,
  reason text not null,
  at timestamptz not null,
  primary key (environment_id, application_id)
);

-- What analyses came to on sites. A verdict is written once and never changed.
create table rollout_verdicts (
  site_id uuid not null references sites (id) on delete cascade,
  application_id uuid not null references applications (id) on delete cascade,
  operation text not null,
  name text not null,
  run int not null,
  verdict text not null,
  reason text,
  analysis jsonb not null,
  at timestamptz not null,
  primary key (site_id, application_id, operation, name, run)
);
create index rollout_verdicts_of on rollout_verdicts (application_id, operation);

create function refuse_change_of_verdict() returns trigger language plpgsql as $$
begin
  raise exception 'a verdict is never changed';
end $$;
create trigger rollout_verdicts_stay before update on rollout_verdicts
  for each row execute function refuse_change_of_verdict();

-- How a version takes over, where its plan says so.
alter table targets add column rollout jsonb;
alter table staged_targets add column rollout jsonb;
