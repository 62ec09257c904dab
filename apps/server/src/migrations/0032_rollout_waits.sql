-- Rollouts that waited for a person, site by site, so that each wait is told once whatever sites report again.
create table rollout_waits (
  site_id uuid not null references sites (id) on delete cascade,
  application_id uuid not null references applications (id) on delete cascade,
  operation text not null,
  -- By the clock of the site.
  since timestamptz not null,
  -- What sites that wait for the same decision have in common.
  wait text not null,
  cause text not null,
  reason text not null,
  -- In words, with its place.
  step text not null,
  decides text not null,
  -- Then it goes back by itself.
  until timestamptz not null,
  primary key (site_id, application_id, operation, since)
);
create index rollout_waits_of on rollout_waits (application_id, operation, wait);
