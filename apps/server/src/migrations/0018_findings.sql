-- What a site can do, as its agent says; null before its first report.
alter table sites add column capabilities jsonb;

-- The name by which a site knows an application: it stays what it was when the application is called otherwise.
alter table site_applications add column name text;
update site_applications set name = each #>> '{application,name}'
from sites, jsonb_array_elements(sites.report -> 'applications') as each
where sites.id = site_applications.site_id
  and each #>> '{application,id}' = site_applications.application_id::text
  and each ->> 'operation' = site_applications.operation;
create index site_applications_named on site_applications (name);

-- What the migration of a module consists of, by its hash; null where the manifest does not say.
alter table build_modules add column migration text;
