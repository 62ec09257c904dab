-- A contract's content once per fingerprint: the element keys and fingerprints that it consists of.
create table contract_documents (
  fingerprint text primary key,
  kind text not null check (kind in ('openapi', 'json-schema', 'package')),
  -- [{ "key": "GET /products", "fingerprint": "…" }], sorted by key
  elements jsonb not null
);
-- One normalised element (whatever the kind), once per fingerprint; only read to compare two that differ.
create table contract_elements (
  fingerprint text primary key,
  kind text not null,
  body jsonb not null
);
-- What a build provides.
create table build_contracts (
  build_id uuid not null references builds (id) on delete cascade,
  module text not null,
  contract text not null,
  fingerprint text not null references contract_documents (fingerprint),
  primary key (build_id, contract)
);
create index build_contracts_named on build_contracts (contract);
-- What a build consumes: one row per element; built_against is null where nothing could be resolved when it was built.
create table build_references (
  build_id uuid not null references builds (id) on delete cascade,
  module text not null,
  contract text not null,
  element text not null,
  built_against text,
  primary key (build_id, module, contract, element)
);
create index build_references_named on build_references (contract);
-- Remembered verdicts: does what is provided satisfy who was built against what?
create table element_verdicts (
  provided text not null,
  built_against text not null,
  compatible boolean not null,
  reasons jsonb not null,
  primary key (provided, built_against)
);
