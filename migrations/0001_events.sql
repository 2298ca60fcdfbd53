-- The event log. Rows are only ever added; positions are gapless and in the order of commits,
-- because the one row of log_head is locked from the moment a position is given until the commit.
create table events (
  position       bigint primary key,
  id             uuid not null unique,
  stream         text not null,
  version        int not null,
  type           text not null,
  schema_version int not null,
  data           jsonb not null,
  actor          text not null,
  correlation_id text not null,
  causation_id   text,
  at             timestamptz not null,
  -- sha256(previous hash || position as 8 bytes, big-endian || body hash)
  hash           bytea not null,
  unique (stream, version)
);
create index events_by_deployment on events ((data ->> 'deploymentId'), position);
create index events_by_correlation on events (correlation_id, position);

create table log_head (
  only_row boolean primary key default true check (only_row),
  position bigint not null,
  hash     bytea not null
);
insert into log_head (position, hash) values (0, sha256('deploy-svc event log, version 1'));

-- Heads of the streams: locked in order of their names before the log's head.
create table streams (
  stream  text primary key,
  version int not null
);

-- Idempotency keys of commands and what they led to.
create table commands (
  key   text primary key,
  first bigint not null,
  last  bigint not null,
  at    timestamptz not null default now()
);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the event log is append-only: % on % refused', tg_op, tg_table_name
    using errcode = 'insufficient_privilege';
end $$;
create trigger events_are_append_only
  before update or delete or truncate on events
  for each statement execute function refuse_change();

-- Gives positions to a batch of events and chains them. Returns the position of the first.
create function append_events(
  ids uuid[], in_streams text[], versions int[], types text[], schema_versions int[], datas jsonb[],
  actors text[], correlation_ids text[], causation_ids text[], ats timestamptz[], body_hashes bytea[]
) returns bigint language plpgsql as $$
declare
  head   log_head%rowtype;
  link   bytea;
  hashes bytea[] := '{}';
  total  int := coalesce(array_length(ids, 1), 0);
begin
  select * into strict head from log_head for update;
  link := head.hash;
  for i in 1..total loop
    link := sha256(link || int8send(head.position + i) || body_hashes[i]);
    hashes[i] := link;
  end loop;
  insert into events (position, id, stream, version, type, schema_version, data, actor, correlation_id, causation_id, at, hash)
  select head.position + u.n, u.id, u.stream, u.version, u.type, u.schema_version, u.data, u.actor, u.correlation_id,
         u.causation_id, u.at, u.hash
  from unnest(ids, in_streams, versions, types, schema_versions, datas, actors, correlation_ids, causation_ids, ats, hashes)
    with ordinality as u(id, stream, version, type, schema_version, data, actor, correlation_id, causation_id, at, hash, n);
  update log_head set position = head.position + total, hash = link;
  return head.position + 1;
end $$;
