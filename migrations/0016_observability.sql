-- Where a worker process tells its measurements, as others reach it; null where it does not.
alter table workers add column metrics_address text;
