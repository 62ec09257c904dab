-- Generations of the master key, which itself is kept outside; the check value tells which of them a key is.
create table master_keys (
  generation integer primary key,
  check_value text not null unique,
  state text not null check (state in ('coming', 'current', 'going')),
  created_at timestamptz not null default now()
);
create unique index master_keys_state on master_keys (state);

-- Keys that wrap the data keys of secrets. The newest one is for what is kept from now on; earlier ones stay for what they wrap.
create table wrapping_keys (
  id uuid primary key,
  purpose text not null check (purpose in ('secrets', 'fingerprints', 'before-keyring')),
  created_at timestamptz not null default now()
);

-- Wrapping keys as a generation of the master key encrypts them; two of them while it is changed.
create table wrapped_keys (
  key_id uuid not null references wrapping_keys (id),
  generation integer not null references master_keys (generation),
  wrapped text not null,
  primary key (key_id, generation)
);

-- Since when there has been an administrator: a second mark of it is a file beside the data, so that a table that was
-- emptied, or a database that was exchanged, does not open the setup again.
alter table installation add column set_up_at timestamptz;
update installation set set_up_at = now() where exists (select from principals where kind = 'user');
