-- Current state: one table per projection, all of one shape. `since` is the position of the event that led to the row.
-- What gives way goes to `history` with the range of positions over which it was true.
create table deployments (
  id text primary key, since bigint not null, version int not null, state jsonb not null,
  definition_id text generated always as (state ->> 'definitionId') stored,
  status        text generated always as (state ->> 'status') stored,
  phase         text generated always as (state ->> 'phase') stored
);
create index deployments_by_definition on deployments (definition_id);
create index deployments_by_phase on deployments (phase, status);

create table definitions (
  id text primary key, since bigint not null, version int not null, state jsonb not null,
  deleted text generated always as (state ->> 'deleted') stored
);

create table revisions (
  id text primary key, since bigint not null, version int not null, state jsonb not null,
  deployment_id text generated always as (state ->> 'deploymentId') stored
);
create index revisions_by_deployment on revisions (deployment_id);

create table replicas (
  id text primary key, since bigint not null, version int not null, state jsonb not null,
  deployment_id text generated always as (state ->> 'deploymentId') stored,
  node_id       text generated always as (state ->> 'nodeId') stored,
  status        text generated always as (state ->> 'status') stored
);
create index replicas_by_deployment on replicas (deployment_id);
create index replicas_by_node on replicas (node_id) where status <> 'Stopped';

create table nodes (
  id text primary key, since bigint not null, version int not null, state jsonb not null,
  url     text generated always as (state ->> 'url') stored,
  removed text generated always as (state ->> 'removed') stored
);

-- What of each node is given away. The last guard against overcommitting, whatever the planner believed.
create table allotments (
  id text primary key, since bigint not null, version int not null, state jsonb not null,
  reserved_cpu_millis   bigint generated always as ((state -> 'reserved' ->> 'cpuMillis')::bigint) stored,
  reserved_memory_bytes bigint generated always as ((state -> 'reserved' ->> 'memoryBytes')::bigint) stored,
  reserved_vram_bytes   bigint generated always as ((state -> 'reserved' ->> 'vramBytes')::bigint) stored,
  constraint never_overcommit_cpu    check ((state -> 'reserved' ->> 'cpuMillis')::bigint <= (state -> 'limit' ->> 'cpuMillis')::bigint),
  constraint never_overcommit_memory check ((state -> 'reserved' ->> 'memoryBytes')::bigint <= (state -> 'limit' ->> 'memoryBytes')::bigint),
  constraint never_overcommit_vram   check ((state -> 'reserved' ->> 'vramBytes')::bigint <= (state -> 'limit' ->> 'vramBytes')::bigint)
);

create table instances (
  id text primary key, since bigint not null, version int not null, state jsonb not null,
  deployment_id text generated always as (state ->> 'deploymentId') stored,
  replica_id    text generated always as (state ->> 'replicaId') stored,
  url           text generated always as (state ->> 'url') stored,
  removed       text generated always as (state ->> 'removed') stored
);
create index instances_by_replica on instances (replica_id);

create table users (
  id text primary key, since bigint not null, version int not null, state jsonb not null,
  slug text generated always as (state ->> 'slug') stored
);
create unique index users_by_slug on users (slug);

create table history (
  projection text not null,
  id         text not null,
  valid      int8range not null,
  version    int not null,
  state      jsonb not null
);
create index history_by_row on history (projection, id, lower(valid));
