-- Bytes a second that a site may fetch of artifacts; null for as many as come.
alter table sites add column bandwidth integer check (bandwidth >= 1024);

-- What came to pass on a site, in the order and with the numbers that its agent gave; a spool begins when an agent's journal does.
create table site_occurrences (
  site_id uuid not null references sites (id) on delete cascade,
  spool uuid not null,
  number bigint not null,
  kind text not null,
  application text,
  detail text not null,
  by text not null,
  at timestamptz not null,
  received_at timestamptz not null,
  primary key (site_id, spool, number)
);
create index site_occurrences_newest on site_occurrences (site_id, received_at desc, number desc);

-- With which somebody signs in to the console of one site, while the site is cut off too.
create table local_tokens (
  token_hash text primary key,
  site_id uuid not null references sites (id) on delete cascade,
  principal_id uuid not null references principals (id) on delete cascade,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index local_tokens_of_site on local_tokens (site_id);
create index local_tokens_of_principal on local_tokens (principal_id);
