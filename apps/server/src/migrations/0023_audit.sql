-- Entries are written without a place in the chain, so that commands do not queue behind one row; a sealer gives them
-- sequence and hash right after the commit. Keys are UUIDv7: in the order of time.
alter table audit
  add column id uuid default gen_random_uuid(),
  add column before_digest text,
  add column after_digest text;
update audit set id = (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7'
  || lpad(to_hex(sequence % 4096), 3, '0') || '8' || lpad(to_hex(sequence), 15, '0'))::uuid;
alter table audit drop constraint audit_pkey;
alter table audit alter column sequence drop not null, alter column hash drop not null, alter column id set not null;
alter table audit add primary key (id);
create unique index audit_sequence on audit (sequence);
create index audit_unsealed on audit (id) where sequence is null;
create index audit_actor on audit (actor, id);
create index audit_subject on audit (subject text_pattern_ops, id);

-- What was signed of the chain, and told to somebody outside.
create table audit_checkpoints (
  sequence bigint primary key,
  hash text not null,
  at timestamptz not null,
  key_id text not null,
  signature text not null,
  delivered_at timestamptz
);
create index audit_checkpoints_waiting on audit_checkpoints (sequence) where delivered_at is null;
