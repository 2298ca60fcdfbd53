-- Who may do what beside the roles that an account has by itself, and where names lead to. One row per permit, enroll,
-- contact and route. API processes ask for what has changed since a position: hence the indexes on it.
create table permits (
  id text primary key, since bigint not null, version int not null, state jsonb not null,
  removed text generated always as (state ->> 'removed') stored
);
create index permits_by_change on permits (since);

create table enrolls (
  id text primary key, since bigint not null, version int not null, state jsonb not null,
  removed text generated always as (state ->> 'removed') stored
);
create index enrolls_by_change on enrolls (since);

-- Which account a contact belongs to: one at most.
create table contacts (
  id text primary key, since bigint not null, version int not null, state jsonb not null
);

create table routes (
  id text primary key, since bigint not null, version int not null, state jsonb not null,
  removed text generated always as (state ->> 'removed') stored
);

alter table users
  add column contact_id text generated always as (state -> 'contact' ->> 'id') stored,
  -- Milliseconds since the epoch.
  add column created_at bigint generated always as ((state ->> 'createdAt')::bigint) stored,
  add column updated_at bigint generated always as (coalesce(state ->> 'updatedAt', state ->> 'createdAt')::bigint) stored;
create index users_by_change on users (since);
create index users_by_contact on users (contact_id);
create index users_by_creation on users (created_at);
