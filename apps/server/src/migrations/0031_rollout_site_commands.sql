-- What somebody last asked of the rollout of an application on one site alone. Of this and of what was asked of all sites
-- the greater number counts.
create table rollout_site_commands (
  site_id uuid not null references sites (id) on delete cascade,
  application_id uuid not null references applications (id) on delete cascade,
  number bigint not null,
  operation text not null,
  kind text not null,
  step int,
  by_whom text not null,
  reason text not null,
  at timestamptz not null,
  primary key (site_id, application_id)
);
