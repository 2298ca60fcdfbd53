-- A router that fetches its table instead of following the log: how long it may be silent, and what it was given when.
alter table routers add column lease_ms int not null default 5000;
-- [{"position": 1207, "at": seconds since 1970}], the latest last.
alter table routers add column offers jsonb not null default '[]';
