-- What carries requests to replicas, and how far each has come. A router is alive while its row beats, by this database's clock.
create table routers (
  id         text primary key,
  kind       text not null,
  host       text not null,
  pid        int not null,
  -- The position of the log whose table is in force: no request is sent by an earlier one any more.
  position   bigint not null,
  -- "replica/generation" -> requests that are still under way at what it sends nothing to any more.
  in_flight  jsonb not null default '{}',
  since      timestamptz not null default now(),
  beat_at    timestamptz not null default now()
) with (fillfactor = 50);

-- Telemetry of the requests of each second, no events. Rows older than 15 minutes are deleted.
create table traffic_samples (
  router_id     text not null,
  deployment_id text not null,
  revision      int not null,
  -- The beginning of the second.
  at            timestamptz not null,
  requests      bigint not null,
  -- Answers of 500 and above, and requests that no answer was had for.
  errors        bigint not null,
  -- Counts by the buckets of src/routing/latency-histogram.ts.
  latency       int[] not null,
  primary key (deployment_id, revision, at, router_id)
);
create index traffic_samples_by_age on traffic_samples (at);

-- Replicas that leave, whose containers are stopped once the routers have let go of them; empty, and free, while there are none.
create index replicas_draining on replicas (id) where state -> 'stopping' ->> 'draining' = 'true';
