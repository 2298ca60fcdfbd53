-- A container's id, as engines print it short: whoever has one asks for its replica.
alter table replicas
  add column container_short text generated always as (left(state ->> 'containerId', 12)) stored;
create index replicas_by_container on replicas (container_short);
