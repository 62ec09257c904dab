-- Keys with which the server signs what it tells its sites. The private part is a secret under the keyring, so that every node
-- has it; of a retired key it is destroyed, and the public part stays for checkpoints of the audit that it signed.
create table signing_keys (
  key_id text primary key,
  number integer not null unique,
  public_key text not null,
  envelope text,
  created_at timestamptz not null,
  created_by text not null,
  retired_at timestamptz,
  retired_by text,
  check ((envelope is null) = (retired_at is not null))
);

-- Grows with each change of the keys that sites are to trust.
alter table installation add column key_set integer not null default 1;

-- What the agent said that it trusts, and the key that signed the document beside it.
alter table sites add column trusted_keys text[] not null default '{}';
alter table sites add column document_key text;
update sites set document_key = document ->> 'keyId';
