-- Where the log of the present attempt begins: a builder counts from 0, whatever earlier attempts wrote.
alter table jobs add column log_start bigint not null default 0;

-- Answers are kept encrypted from here on: some of them carry a token that is shown once.
delete from idempotency;
