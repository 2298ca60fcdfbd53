-- Rows of the past by one plan a session instead of a statement for each class of lifetimes: up to three times as fast. How much a
-- stretch of the index holds is not known before its class is, so the planner would read all of history; these functions let it do
-- nothing but go from class to class, each of them a stretch of an index. Their bodies are text: a rebuild of the projections
-- (src/store/replay.ts) puts other tables in the place of these.

-- The classes of lifetimes that rows of a projection had, each found by the one before it.
create function lifetime_classes(of text) returns setof int language sql stable as $$
  with recursive classes (class) as (
    values (0)
    union all
    select (
      select lifetime_class(valid) from history
      where projection = of and lifetime_class(valid) > classes.class order by lifetime_class(valid) limit 1
    ) from classes where class is not null
  )
  select class from classes where class > 0
$$;

create or replace function rows_at(of text, place bigint)
returns table (id text, since bigint, version int, state jsonb) language sql stable
set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
  select was.id, lower(was.valid), was.version, was.state from lifetime_classes(of) as class, lateral (
    select * from history
    where projection = of and lifetime_class(valid) = class
      and upper(valid) > place and upper(valid) <= place + (1::bigint << class) and lower(valid) <= place
    offset 0
  ) as was
$$;

create or replace function rows_of_deployment_at(of text, deployment text, place bigint)
returns table (id text, since bigint, version int, state jsonb) language sql stable
set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
  select was.id, lower(was.valid), was.version, was.state from lifetime_classes(of) as class, lateral (
    select * from history
    where history.state ->> 'deploymentId' = deployment and projection = of and lifetime_class(valid) = class
      and upper(valid) > place and upper(valid) <= place + (1::bigint << class) and lower(valid) <= place
    offset 0
  ) as was
$$;

-- How many replicas of each deployment were ready when the event at a position had just been appended: counted where they lie, as
-- to carry their rows out of a function takes longer than to find them.
create function ready_at(place bigint) returns table (deployment_id text, ready bigint) language sql stable
set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
  select replica.deployment_id, count(*) from (
    select replicas.deployment_id from replicas where present = 'true' and status = 'Ready' and since <= place
    union all
    select was.state ->> 'deploymentId' from lifetime_classes('replicas') as class, lateral (
      select state from history
      where projection = 'replicas' and lifetime_class(valid) = class and state ->> 'status' = 'Ready'
        and upper(valid) > place and upper(valid) <= place + (1::bigint << class) and lower(valid) <= place
      offset 0
    ) as was
  ) as replica group by replica.deployment_id
$$;
