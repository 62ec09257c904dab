-- Somebody may be in several teams: an approval counts for each of them.
alter table plan_approvals add column teams text[] not null default '{}';
update plan_approvals set teams = array[team] where team is not null;
alter table plan_approvals drop column team;
