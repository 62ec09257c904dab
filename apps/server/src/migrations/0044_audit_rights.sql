-- Release managers, unless somebody changed their role, read those categories of the audit that they deal with.
update roles set rights = '{create-applications,read-audit-of-applications,read-audit-of-deployments,read-audit-of-settings}'
where built_in and name = 'release-manager' and revision = 1 and rights = '{create-applications,read-audit}';
-- The administrator holds every right.
update roles set rights = '{create-applications,manage-own-team,manage-teams,manage-users,manage-environments,read-audit,read-audit-of-applications,read-audit-of-deployments,read-audit-of-settings,read-audit-of-access,read-audit-of-sign-in,read-audit-of-installation,manage-installation}'
where built_in and name = 'administrator';
