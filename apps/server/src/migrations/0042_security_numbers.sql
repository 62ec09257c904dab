-- Numbers of sign-in, sessions and tokens that somebody changed; all others are as the version has them.
create table security_numbers (
  name text primary key,
  value integer not null,
  changed_at timestamptz not null,
  changed_by text not null
);
