-- A named set of versions; like a version it never changes.
create table releases (
  id uuid primary key,
  name text not null unique,
  notes text not null,
  created_by text not null,
  created_at timestamptz not null
);
create index releases_newest on releases (created_at desc, id desc);

create table release_versions (
  release_id uuid not null references releases (id) on delete cascade,
  application_id uuid not null references applications (id) on delete cascade,
  version_id uuid not null references versions (id) on delete cascade,
  primary key (release_id, application_id)
);
create index release_versions_of on release_versions (version_id);
