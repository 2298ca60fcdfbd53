-- The W3C trace context of the work that decided an event, where traces are exported: for CloudEvents, which carry it. It is no
-- part of the log: nothing follows from it, and no hash is over it.
create table event_traces (
  position    bigint primary key,
  traceparent text not null
);
