-- Rings of sites: a change goes over the sites of an environment one ring after the other.
alter table environments add column rings jsonb;

update plans set body = jsonb_set(
  jsonb_set(body, '{course,rings}', 'null'),
  '{operations}',
  (select coalesce(jsonb_agg(each || '{"fleet": null}' order by position), '[]')
   from jsonb_array_elements(body -> 'operations') with ordinality as operations (each, position)));

-- While an operation is on its way over rings: what those sites run that were not told to take it yet.
create table held_targets (
  environment_id uuid not null references environments (id) on delete cascade,
  application_id uuid not null,
  operation_id uuid not null unique,
  -- Nothing of the application, where these are null.
  build_id uuid,
  operation text,
  settings jsonb,
  settings_hash text,
  rollout jsonb,
  -- The plan that brought it.
  plan_id uuid not null,
  primary key (environment_id, application_id)
);

-- The ring of each site for such an operation, and whether it was told: a row is written when that changes.
create table fleet_sites (
  operation_id uuid not null references held_targets (operation_id) on delete cascade,
  site_id uuid not null references sites (id) on delete cascade,
  ring integer not null,
  told boolean not null,
  primary key (operation_id, site_id)
);
create index fleet_sites_of on fleet_sites (site_id);

-- Liveness is written often: these rows stay where they are on their page.
alter table sites set (fillfactor = 80);
