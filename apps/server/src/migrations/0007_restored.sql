-- Milliseconds since 1970 when a server was restored: greater than any incarnation before it, also when one backup is
-- restored twice.
alter table installation alter column incarnation type bigint;
alter table sites alter column observed_incarnation type bigint;

-- When what is here was restored from a backup; empty again once the server has dealt with it.
alter table installation add column restored_at timestamptz;
