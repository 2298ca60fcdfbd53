-- Which installation this database is: containers carry it, so two installations on one engine leave each other's alone.
create table installation (
  only_row boolean primary key default true check (only_row),
  id       uuid not null default gen_random_uuid()
);
insert into installation default values;
