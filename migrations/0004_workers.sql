-- Worker processes. `number` is the key of the session advisory lock that a living worker holds.
create table workers (
  id         text primary key,
  number     bigint generated always as identity unique,
  host       text not null,
  pid        int not null,
  started_at timestamptz not null default now(),
  seen_at    timestamptz not null default now()
);

-- Which worker carries out which attempt of a job: what a dead worker had claimed is handed back at once.
create table claims (
  job_id    uuid not null,
  attempt   int not null,
  queue     text not null,
  worker_id text not null references workers (id) on delete cascade,
  at        timestamptz not null default now(),
  primary key (job_id, attempt)
);
create index claims_by_worker on claims (worker_id);

-- When a node's engine last answered: telemetry, no event.
create table node_heartbeats (
  node_id text primary key,
  at      timestamptz not null,
  worker_id text not null
);
