-- Images that are made from repositories: one row per repository, commit, context and container file.
create table builds (
  id text primary key, since bigint not null, version int not null, state jsonb not null,
  status text generated always as (state ->> 'status') stored,
  url    text generated always as (state ->> 'url') stored,
  image  text generated always as (state ->> 'image') stored
);
create index builds_by_url on builds (url);
create index builds_by_image on builds (image);

-- Which deployments wait for a build, or run its image.
alter table deployments add column build_id text generated always as (state -> 'source' -> 'resolved' ->> 'buildId') stored;
create index deployments_by_build on deployments (build_id) where build_id is not null;

-- The end of what a build said, in its last attempt: beside the log, as it is no decision.
create table build_logs (
  build_id   text primary key,
  lines      text[] not null,
  updated_at timestamptz not null default now()
);
