-- By which providers send their people and groups (SCIM): good for nothing else.
create table scim_tokens (
  id uuid primary key,
  provider_id uuid not null references identity_providers (id) on delete cascade,
  prefix text not null,
  token_hash text not null unique,
  created_at timestamptz not null,
  created_by text not null,
  expires_at timestamptz not null,
  last_used_at timestamptz,
  -- Another one took its place.
  replaced_at timestamptz
);
create index scim_tokens_of on scim_tokens (provider_id, created_at desc);

-- People whom a provider sent. The account is that of their identity, which a sign-in finds by the same subject.
create table scim_users (
  id uuid primary key,
  provider_id uuid not null references identity_providers (id) on delete cascade,
  identity_id uuid not null unique references external_identities (id) on delete cascade,
  user_name text not null,
  -- Names and addresses.
  attributes jsonb not null,
  -- What the provider says. The account may be deactivated by hand beside it.
  active boolean not null,
  -- Whether it was the provider that deactivated the account: only then it may activate it again.
  deactivated_account boolean not null default false,
  version integer not null,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  -- The provider has them no longer. Should they come back, they get the same account.
  deleted_at timestamptz
);
create unique index scim_users_by_name on scim_users (provider_id, lower(user_name)) where deleted_at is null;
create index scim_users_in_order on scim_users (provider_id, created_at, id);

create table scim_groups (
  id uuid primary key,
  provider_id uuid not null references identity_providers (id) on delete cascade,
  display_name text not null,
  -- The key of the group at the provider; what is mapped is this key, or the name where there is none.
  external_id text,
  version integer not null,
  created_at timestamptz not null,
  changed_at timestamptz not null
);
create unique index scim_groups_by_name on scim_groups (provider_id, lower(display_name));
create unique index scim_groups_by_key on scim_groups (provider_id, external_id) where external_id is not null;

create table scim_members (
  group_id uuid not null references scim_groups (id) on delete cascade,
  user_id uuid not null references scim_users (id) on delete cascade,
  primary key (group_id, user_id)
);
create index scim_members_of on scim_members (user_id);
