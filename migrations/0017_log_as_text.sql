-- The data of an event is kept as the text that its hash is over (RFC 8785 canonical JSON), where jsonb would order the keys
-- in its own way. So the database itself can compute every hash again, some hundred thousand a second, and an export says
-- literally what was hashed.

-- RFC 8785 of what jsonb holds, for the rows that are there: numbers as ECMAScript writes them, keys in the order of their
-- UTF-16 code units. The digits of a number are those that it was written with.
create function canonical_number(value numeric) returns text language plpgsql immutable as $$
declare
  plain    text := trim_scale(abs(value))::text;
  digits   text := trim(both '0' from replace(plain, '.', ''));
  exponent int;
begin
  if value = 0 or abs(value) >= 1e-6 and abs(value) < 1e21 then
    return trim_scale(value)::text;
  end if;
  exponent := case when abs(value) < 1 then length(ltrim(plain, '0.')) - length(plain) + 1 else length(plain) - 1 end;
  return case when value < 0 then '-' else '' end || left(digits, 1)
    || case when length(digits) > 1 then '.' || substr(digits, 2) else '' end
    || 'e' || case when exponent > 0 then '+' else '' end || exponent;
end $$;
create function utf16_units(value text) returns int[] language sql immutable as $$
  select coalesce(array_agg(unit order by place, half), '{}')
  from string_to_table(value, null) with ordinality as letters(letter, place),
       lateral (select ascii(letter) as code) as codes,
       lateral (values (1, case when code > 65535 then 55296 + ((code - 65536) >> 10) else code end),
                       (2, case when code > 65535 then 56320 + ((code - 65536) & 1023) end)) as halves(half, unit)
  where unit is not null
$$;
create function canonical_json(value jsonb) returns text language plpgsql immutable as $$
begin
  return case jsonb_typeof(value)
    when 'object' then '{' || coalesce((
      select string_agg(to_json(key)::text || ':' || canonical_json(member), ',' order by utf16_units(key))
      from jsonb_each(value) as members(key, member)), '') || '}'
    when 'array' then '[' || coalesce((
      select string_agg(canonical_json(element), ',' order by place)
      from jsonb_array_elements(value) with ordinality as elements(element, place)), '') || ']'
    when 'string' then to_json(value #>> '{}')::text
    when 'number' then canonical_number((value #>> '{}')::numeric)
    else value::text
  end;
end $$;

drop index events_by_deployment;
alter table events alter column data type json using canonical_json(data)::json;
create index events_by_deployment on events ((data ->> 'deploymentId'), position);
drop function canonical_json(jsonb);
drop function canonical_number(numeric);
drop function utf16_units(text);

-- SHA-256 over the RFC 8785 canonical JSON of an event, its keys in their order. Times are whole milliseconds.
create function body_hash(event events) returns bytea language sql stable parallel safe return
  sha256(convert_to(
    '{"actor":' || to_json(event.actor)::text
    || ',"at":"' || to_char(event.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || '",'
    || coalesce('"causationId":' || to_json(event.causation_id)::text || ',', '')
    || '"correlationId":' || to_json(event.correlation_id)::text
    || ',"data":' || event.data::text
    || ',"id":"' || event.id::text
    || '","schemaVersion":' || event.schema_version::text
    || ',"stream":' || to_json(event.stream)::text
    || ',"type":' || to_json(event.type)::text
    || ',"version":' || event.version::text || '}', 'UTF8'));

drop function append_events(uuid[], text[], int[], text[], int[], jsonb[], text[], text[], text[], timestamptz[], bytea[]);
-- Gives positions to a batch of events and chains them. Returns the position of the first.
create function append_events(
  ids uuid[], in_streams text[], versions int[], types text[], schema_versions int[], datas json[],
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

-- The first position in a range whose row is missing, or whose hash is not what the row and the hash before it give.
-- Null: none. The row before the range is taken as it is; before the first row stands the hash that every log begins with.
create function first_broken(after bigint, until bigint) returns bigint language sql stable as $$
  select min(case when expected <> position then expected else position end)
  from (
    select events.position, events.hash, events.at,
           lag(events.position, 1, after) over log + 1 as expected,
           lag(events.hash, 1, case when after = 0 then sha256('deploy-svc event log, version 1') end) over log as previous,
           body_hash(events) as body
    from events where position >= after and position <= until
    window log as (order by position)
  ) as links
  where position > after and (
    expected <> position
    or hash is distinct from sha256(previous || int8send(position) || body)
    or at <> date_trunc('milliseconds', at))
$$;

-- What the rows were converted to has to give the hashes that they have had.
do $$
declare
  broken bigint := first_broken(0, (select position from log_head));
begin
  if broken is not null then
    raise exception 'the log does not hold at position %: its hash is not that of the row', broken
      using hint = 'somebody has changed the log behind its back; restore it from a backup before the upgrade';
  end if;
end $$;

-- Signed statements about the log: up to this position it had this hash. Kept outside of the database as well.
create table checkpoints (
  position   bigint primary key,
  hash       bytea not null,
  at         timestamptz not null,
  key_id     text not null,
  signature  bytea not null
);
create trigger checkpoints_are_append_only
  before update or delete or truncate on checkpoints
  for each statement execute function refuse_change();

-- How far each address that checkpoints are posted to has acknowledged them.
create table checkpoint_deliveries (
  url      text primary key,
  position bigint not null
);
