-- Who caused what runs later by itself: they are asked again when it does. Null where the system did.
alter table plans add column caused_by uuid references principals (id);
update plans set caused_by = principals.id from principals where principals.name = plans.requested_by;
alter table environments add column following_set_by uuid references principals (id);
alter table followed_policies add column followed_by_id uuid references principals (id);
update followed_policies set followed_by_id = principals.id
  from principals where principals.name = followed_policies.followed_by;
