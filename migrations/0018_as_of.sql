-- Reads as of a position. A row of history is sorted by how long it was true: class k holds those of 2^(k-1) to 2^k - 1
-- positions. What was true at P and is of class k gave way after P and not later than P + 2^k, so it is found in one short
-- stretch of this index for each class, however long the history is; to add a row costs what any b-tree costs.
create function lifetime_class(valid int8range) returns int language sql immutable strict parallel safe as $$
  select width_bucket(upper(valid) - lower(valid), array[
    1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536, 131072, 262144, 524288, 1048576,
    2097152, 4194304, 8388608, 16777216, 33554432, 67108864, 134217728, 268435456, 536870912, 1073741824, 2147483648,
    4294967296, 8589934592, 17179869184, 34359738368, 68719476736, 137438953472, 274877906944, 549755813888]::bigint[])
$$;
create index history_by_lifetime on history (projection, lifetime_class(valid), upper(valid));

-- The last position whose event had happened by that moment; 0 before the first. Times follow the positions but for the
-- differences between the clocks of the processes that appended.
create function position_at(moment timestamptz) returns bigint language plpgsql stable as $$
declare
  low     bigint := 0;
  high    bigint := (select position from log_head);
  middle  bigint;
  happened timestamptz;
begin
  while low < high loop
    middle := (low + high + 1) / 2;
    select at into happened from events where position = middle;
    if happened is null or happened <= moment then
      low := middle;
    else
      high := middle - 1;
    end if;
  end loop;
  return low;
end $$;
