-- Envelope of what a provider had the browser post. It is taken when the sign-in ends, in the browser in which it began.
alter table provider_sign_ins add column posted text;

-- Assertions that were used: each once, whichever server it came to.
create table provider_assertions (
  provider_id uuid not null references identity_providers (id) on delete cascade,
  assertion text not null,
  expires_at timestamptz not null,
  primary key (provider_id, assertion)
);
create index provider_assertions_age on provider_assertions (expires_at);
