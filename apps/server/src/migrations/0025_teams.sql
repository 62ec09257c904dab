-- What people may do: roles hold it, teams and single applications narrow or widen where.
create table roles (
  id uuid primary key,
  name text not null unique,
  display_name text not null,
  -- Those that every installation has; what the administrator may do is never changed.
  built_in boolean not null default false,
  -- Capabilities by key of an environment, by type, and everywhere else.
  in_environments jsonb not null default '{}',
  in_types jsonb not null default '{}',
  elsewhere text[] not null default '{}',
  rights text[] not null default '{}',
  created_at timestamptz not null default now(),
  revision integer not null default 1
);

insert into roles (id, name, display_name, built_in, in_types, elsewhere, rights) values
  (gen_random_uuid(), 'administrator', 'Administrator', true, '{}',
   '{access,list,monitor,reference,debug,change,deploy,approve,administer}',
   '{create-applications,manage-own-team,manage-teams,manage-users,manage-environments,read-audit,manage-installation}'),
  (gen_random_uuid(), 'release-manager', 'Release manager', true, '{}',
   '{access,list,monitor,reference,change,deploy,approve}', '{create-applications,read-audit}'),
  (gen_random_uuid(), 'developer', 'Developer', true,
   '{"development": ["access", "list", "monitor", "reference", "debug", "change", "deploy"],
     "test": ["access", "list", "monitor", "reference", "debug"], "production": ["list"]}',
   '{access,list,monitor}', '{create-applications}'),
  (gen_random_uuid(), 'tester', 'Tester', true,
   '{"test": ["access", "list", "monitor", "reference", "debug", "deploy", "approve"], "production": ["list"]}',
   '{access,list,monitor}', '{}'),
  (gen_random_uuid(), 'operator', 'Operator', true, '{}', '{access,list,monitor,debug,change,deploy}', '{}'),
  (gen_random_uuid(), 'auditor', 'Auditor', true, '{}', '{list,monitor}', '{read-audit}'),
  -- The roles there were before: policies name them.
  (gen_random_uuid(), 'deployer', 'Deployer', false, '{}', '{access,list,monitor,reference,change,deploy}', '{}'),
  (gen_random_uuid(), 'approver', 'Approver', false, '{}', '{list,monitor,approve}', '{}'),
  (gen_random_uuid(), 'viewer', 'Viewer', false, '{}', '{list,monitor}', '{}');

create table teams (
  id uuid primary key,
  name text not null unique,
  display_name text not null,
  created_at timestamptz not null default now(),
  revision integer not null default 1
);

create table memberships (
  team_id uuid not null references teams (id) on delete cascade,
  principal_id uuid not null references principals (id) on delete cascade,
  role_id uuid not null references roles (id),
  primary key (team_id, principal_id)
);
create index memberships_of on memberships (principal_id);
create index memberships_by_role on memberships (role_id);

create table grants (
  application_id uuid not null references applications (id) on delete cascade,
  principal_id uuid not null references principals (id) on delete cascade,
  role_id uuid not null references roles (id),
  primary key (application_id, principal_id)
);
create index grants_of on grants (principal_id);
create index grants_by_role on grants (role_id);

-- At most one team owns an application.
alter table applications add column team_id uuid references teams (id) on delete set null;
create index applications_of_team on applications (team_id) where team_id is not null;

-- Everybody can do what they could: the earlier roles have the same names. Machines that build have no role.
alter table principals add column default_role_id uuid references roles (id);
alter table principals drop constraint principals_kind_check;
update principals set kind = 'builder' where role = 'builder';
update principals set default_role_id = roles.id from roles where roles.name = principals.role;
alter table principals
  add constraint principals_kind_check check (kind in ('user', 'service', 'builder')),
  add constraint principals_default_role_check check ((kind = 'builder') = (default_role_id is null));
create index principals_by_role on principals (default_role_id);

-- The teams of approvals. They own nothing yet, so that nobody's access changes by being in one.
insert into teams (id, name, display_name)
  select gen_random_uuid(), team, team from (select distinct team from principals where team is not null) as named;
insert into memberships (team_id, principal_id, role_id)
  select teams.id, principals.id, principals.default_role_id
  from principals join teams on teams.name = principals.team where principals.default_role_id is not null;
alter table principals drop column role, drop column team;

-- Grows with every change that decides what anybody may do: what was read at an earlier version is read again.
create table access_head (
  id boolean primary key default true check (id),
  version bigint not null default 1
);
insert into access_head default values;

create function access_changed() returns trigger language plpgsql as $$
begin
  update access_head set version = version + 1;
  return null;
end
$$;
create trigger access_changed after insert or update or delete on roles
  for each statement execute function access_changed();
create trigger access_changed after insert or update or delete on memberships
  for each statement execute function access_changed();
create trigger access_changed after insert or update or delete on grants
  for each statement execute function access_changed();
create trigger access_changed after update of default_role_id, active, name on principals
  for each statement execute function access_changed();
create trigger access_changed after insert or delete or update of type on environments
  for each statement execute function access_changed();
