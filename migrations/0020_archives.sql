-- Closed ranges of the log that lie in files. An archive begins where the one before it ends and ends at a signed checkpoint, so
-- the files and the rows are one chain; a row of this table is what makes the events leave, and while it is there they are out.
create table archives (
  last        bigint primary key,
  first       bigint not null unique,
  hash_before bytea not null,
  hash        bytea not null,
  file        text not null,
  -- Of the file as it was written.
  sha256      bytea not null,
  bytes       bigint not null,
  at          timestamptz not null default now(),
  actor       text not null
);

-- When the archived events happened, a thousand in a row: a time still finds its position.
create table archive_times (
  first bigint primary key,
  times timestamptz[] not null
);

-- The last position that is in an archive; 0: the whole log is here.
create function archived_until() returns bigint language sql stable return (select coalesce(max(last), 0) from archives);

-- When an event happened, wherever it lies.
create function event_time(place bigint) returns timestamptz language sql stable return (
  select coalesce(
    (select at from events where position = place),
    (select times[place - first + 1] from archive_times where first <= place order by first desc limit 1)));

-- The first position in a range whose row is missing, or whose hash is not what the row and the hash before it give.
-- Null: none. The row before the range is taken as it is; before the first row stands the hash at which the archive ends, or
-- the one that every log begins with.
create or replace function first_broken(after bigint, until bigint) returns bigint language sql stable as $$
  select min(broken) from (
    select case when expected <> position then expected else position end as broken
    from (
      select events.position, events.hash, events.at,
             lag(events.position, 1, after) over log + 1 as expected,
             lag(events.hash, 1, case when after = 0 then sha256('deploy-svc event log, version 1')
                                      else (select archives.hash from archives where last = after) end) over log as previous,
             body_hash(events) as body
      from events where position >= after and position <= until
      window log as (order by position)
    ) as links
    where position > after and (
      expected <> position
      or hash is distinct from sha256(previous || int8send(position) || body)
      or at <> date_trunc('milliseconds', at))
    union all
    select greatest(coalesce(max(position), after), after) + 1 from events where position > after and position <= until
    having greatest(coalesce(max(position), after), after) < until
  ) as faults
$$;

create or replace function position_at(moment timestamptz) returns bigint language plpgsql stable as $$
declare
  low     bigint := 0;
  high    bigint := (select position from log_head);
  middle  bigint;
  happened timestamptz;
begin
  while low < high loop
    middle := (low + high + 1) / 2;
    happened := event_time(middle);
    if happened is null or happened <= moment then
      low := middle;
    else
      high := middle - 1;
    end if;
  end loop;
  return low;
end $$;

-- The one way out of the log: an event leaves when an archive that is in the table holds it. What the archive says was held
-- against the rows before.
drop trigger events_are_append_only on events;
create trigger events_are_append_only
  before update or truncate on events
  for each statement execute function refuse_change();

create function refuse_delete() returns trigger language plpgsql as $$
begin
  if not exists (select from events where position <= archived_until()) then
    raise exception 'the event log is append-only: % on % refused', tg_op, tg_table_name
      using errcode = 'insufficient_privilege', hint = 'closed ranges of the log leave it by: deploy-svc archive create';
  end if;
  return null;
end $$;
create trigger events_are_not_deleted
  before delete on events
  for each statement execute function refuse_delete();

create function refuse_unarchived() returns trigger language plpgsql as $$
begin
  if old.position > archived_until() then
    raise exception 'the event log is append-only: % on % refused, position % is in no archive', tg_op, tg_table_name, old.position
      using errcode = 'insufficient_privilege';
  end if;
  return old;
end $$;
create trigger events_leave_by_an_archive
  before delete on events
  for each row execute function refuse_unarchived();

create function judge_archive() returns trigger language plpgsql as $$
declare
  broken bigint;
begin
  perform pg_advisory_xact_lock(7313, 20);
  if new.first <> archived_until() + 1 or new.last < new.first then
    raise exception 'an archive of positions % to % is refused: the log begins at %', new.first, new.last, archived_until() + 1
      using errcode = 'check_violation';
  end if;
  if not exists (select from checkpoints where position = new.last and hash = new.hash) then
    raise exception 'an archive of positions % to % is refused: no checkpoint says that the hash at its end is %',
      new.first, new.last, encode(new.hash, 'hex') using errcode = 'check_violation';
  end if;
  if new.hash_before is distinct from
     (case when new.first = 1 then sha256('deploy-svc event log, version 1') else (select hash from archives where last = new.first - 1) end) then
    raise exception 'an archive of positions % to % is refused: before it stands another hash than %',
      new.first, new.last, encode(new.hash_before, 'hex') using errcode = 'check_violation';
  end if;
  broken := first_broken(new.first - 1, new.last);
  if broken is not null then
    raise exception 'an archive of positions % to % is refused: the log does not hold at position %', new.first, new.last, broken
      using errcode = 'check_violation';
  end if;
  if (select hash from events where position = new.last) is distinct from new.hash then
    raise exception 'an archive of positions % to % is refused: it ends with another hash than the log has there', new.first, new.last
      using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger archives_are_judged
  before insert on archives
  for each row execute function judge_archive();

create function take_out() returns trigger language plpgsql as $$
begin
  insert into archive_times (first, times)
  select min(position), array_agg(at order by position) from events
  where position between new.first and new.last group by (position - new.first) / 1000;
  delete from events where position between new.first and new.last;
  return null;
end $$;
create trigger archives_take_events_out
  after insert on archives
  for each row execute function take_out();

-- An archive is given up when all that it holds is back as it was; the latest first.
create function judge_return() returns trigger language plpgsql as $$
declare
  broken bigint;
begin
  perform pg_advisory_xact_lock(7313, 20);
  if old.last <> archived_until() then
    raise exception 'the archive of positions % to % stays: one up to % comes before it', old.first, old.last, archived_until()
      using errcode = 'check_violation';
  end if;
  broken := first_broken(old.first - 1, old.last);
  if broken is not null then
    raise exception 'the archive of positions % to % stays: position % is not back as it was', old.first, old.last, broken
      using errcode = 'check_violation';
  end if;
  if (select hash from events where position = old.last) is distinct from old.hash then
    raise exception 'the archive of positions % to % stays: what came back ends with another hash', old.first, old.last
      using errcode = 'check_violation';
  end if;
  return old;
end $$;
create trigger archives_are_given_up_when_all_is_back
  before delete on archives
  for each row execute function judge_return();

create function forget_times() returns trigger language plpgsql as $$
begin
  delete from archive_times where first between old.first and old.last;
  return null;
end $$;
create trigger archives_forget_times
  after delete on archives
  for each row execute function forget_times();

create trigger archives_are_not_changed
  before update or truncate on archives
  for each statement execute function refuse_change();
create trigger archive_times_are_not_changed
  before update or truncate on archive_times
  for each statement execute function refuse_change();

create function refuse_forgetting() returns trigger language plpgsql as $$
begin
  if old.first <= archived_until() then
    raise exception 'the event log is append-only: % on % refused', tg_op, tg_table_name using errcode = 'insufficient_privilege';
  end if;
  return old;
end $$;
create trigger archive_times_are_kept
  before delete on archive_times
  for each row execute function refuse_forgetting();
