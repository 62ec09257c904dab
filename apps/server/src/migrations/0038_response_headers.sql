-- What an environment says about the headers of responses, and what an application in it says instead.
create table header_policies (
  environment_id uuid not null references environments (id) on delete cascade,
  -- Null: of the environment itself.
  application_id uuid references applications (id) on delete cascade,
  policy jsonb not null,
  -- What it said before the last change, so that this can be taken back.
  previous jsonb not null,
  changed_by text not null,
  changed_at timestamptz not null,
  revision integer not null default 1,
  unique nulls not distinct (environment_id, application_id)
);
create index header_policies_of_application on header_policies (application_id);

-- What browsers reported that a Content-Security-Policy does not allow. Sites tell sums since their data plane began: the
-- greatest that was told of one run counts, so that what is told twice counts once.
create table header_violations (
  site_id uuid not null references sites (id) on delete cascade,
  application_id uuid not null references applications (id) on delete cascade,
  -- When the data plane began, by the clock of the site.
  run timestamptz not null,
  directive text not null,
  blocked text not null,
  document text not null,
  count bigint not null,
  first_seen timestamptz not null,
  last_seen timestamptz not null,
  primary key (application_id, site_id, run, directive, blocked, document)
);
create index header_violations_of_site on header_violations (site_id);
create index header_violations_by_age on header_violations (last_seen);
