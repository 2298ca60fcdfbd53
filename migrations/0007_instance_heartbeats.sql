-- When a service last registered itself anew, and how often it does: telemetry, no event.
create table instance_heartbeats (
  instance_id text primary key,
  at          timestamptz not null,
  beats       int not null,
  -- Milliseconds between two of them, averaged; 0 before the second.
  interval_ms double precision not null default 0
);
create index instance_heartbeats_by_time on instance_heartbeats (at) where beats > 1;
