-- What each site says of each application that it was asked for, one row each: a board of a thousand applications reads
-- the rows that it shows, and not whole reports.
create table site_applications (
  site_id uuid not null references sites (id) on delete cascade,
  application_id uuid not null,
  operation text not null,
  phase text not null,
  message text,
  primary key (application_id, site_id, operation)
);
create index site_applications_of on site_applications (site_id);

insert into site_applications (site_id, application_id, operation, phase, message)
select sites.id, (each #>> '{application,id}')::uuid, each ->> 'operation', each ->> 'phase', each ->> 'message'
from sites, jsonb_array_elements(sites.report -> 'applications') as each
on conflict do nothing;

alter table sites add column front_port integer;
update sites set front_port = (report #>> '{gateway,frontPort}')::integer where report is not null;
