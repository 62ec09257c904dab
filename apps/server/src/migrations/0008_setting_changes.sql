-- Every value that a setting or connection had, and who gave it when; a null value was taken away.
create table setting_changes (
  id uuid primary key,
  application_id uuid not null references applications (id) on delete cascade,
  key text not null,
  environment_id uuid not null references environments (id) on delete cascade,
  level text not null check (level in ('environment', 'label', 'site')),
  selector text not null default '',
  secret boolean not null,
  -- Plain text, or the envelope of a secret.
  value text,
  changed_by text not null,
  changed_at timestamptz not null
);
create index setting_changes_newest on setting_changes (application_id, changed_at desc, id desc);

-- What is in force is the end of what can be known of the time before.
insert into setting_changes (id, application_id, key, environment_id, level, selector, secret, value, changed_by, changed_at)
select gen_random_uuid(), application_id, key, environment_id, level, selector, secret, value, changed_by, changed_at
from setting_values;
