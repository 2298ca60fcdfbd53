-- Configs of services: one row per app, id and branch, and one for each version that was ever saved.
create table configs (
  id text primary key, since bigint not null, version int not null, state jsonb not null,
  app_host  text generated always as (state ->> 'appHost') stored,
  config_id text generated always as (state ->> 'id') stored,
  branch    text generated always as (state ->> 'branch') stored
);
create index configs_by_app on configs (app_host, config_id);

create table config_versions (
  id text primary key, since bigint not null, version int not null, state jsonb not null,
  app_host   text generated always as (state ->> 'appHost') stored,
  config_id  text generated always as (state ->> 'id') stored,
  branch     text generated always as (state ->> 'branch') stored,
  -- Milliseconds since the epoch.
  created_at bigint generated always as ((state ->> 'createdAt')::bigint) stored
);
create index config_versions_by_app on config_versions (app_host, branch, since);
