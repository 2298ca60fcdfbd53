-- Rows of history that were true when the event at a position had just been appended. One statement over all classes of lifetimes is
-- planned badly: how much each stretch of the index holds is not known before the class is, and the whole table is read instead. Here
-- each class that there is has a statement of its own, whose plan the session keeps.
create function rows_at(of text, place bigint)
returns table (id text, since bigint, version int, state jsonb) language plpgsql stable as $$
declare
  class int := 0;
begin
  loop
    select lifetime_class(valid) into class from history
      where projection = of and lifetime_class(valid) > class order by lifetime_class(valid) limit 1;
    exit when class is null;
    return query
      select history.id, lower(valid), history.version, history.state from history
      where projection = of and lifetime_class(valid) = class
        and upper(valid) > place and upper(valid) <= place + (1::bigint << class) and lower(valid) <= place;
  end loop;
end $$;

-- The same of what belongs to one deployment, which costs what that deployment had and not what the fleet had.
create index history_by_deployment on history ((state ->> 'deploymentId'), projection, lifetime_class(valid), upper(valid))
  where (state ->> 'deploymentId') is not null;
create function rows_of_deployment_at(of text, deployment text, place bigint)
returns table (id text, since bigint, version int, state jsonb) language plpgsql stable as $$
declare
  class int := 0;
begin
  loop
    select lifetime_class(valid) into class from history
      where history.state ->> 'deploymentId' = deployment and projection = of and lifetime_class(valid) > class
      order by lifetime_class(valid) limit 1;
    exit when class is null;
    return query
      select history.id, lower(valid), history.version, history.state from history
      where history.state ->> 'deploymentId' = deployment and projection = of and lifetime_class(valid) = class
        and upper(valid) > place and upper(valid) <= place + (1::bigint << class) and lower(valid) <= place;
  end loop;
end $$;

-- The version that a stream had when the event at a position had just been appended: within a stream positions follow the versions.
-- One that is not there is archived, and was before.
create function version_at(of text, place bigint) returns int language plpgsql stable as $$
declare
  low    int := 0;
  high   int := (select max(version) from events where stream = of);
  middle int;
  found  bigint;
begin
  while low < high loop
    middle := (low + high + 1) / 2;
    select position into found from events where stream = of and version = middle;
    if found is null or found <= place then
      low := middle;
    else
      high := middle - 1;
    end if;
  end loop;
  return low;
end $$;
