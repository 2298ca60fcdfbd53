-- What the log says of secrets: names, versions and keyed fingerprints.
create table secrets (
  id text primary key, since bigint not null, version int not null, state jsonb not null,
  app     text generated always as (state ->> 'app') stored,
  removed text generated always as (state ->> 'removed') stored
);
create index secrets_by_app on secrets (app);

-- Values are no events. Each version is sealed with a key of its own, and that key with the master key of SECRET_KEY, which
-- the database never sees. Written in the transaction of the event.
create table secret_values (
  secret_id   text not null,
  version     int not null,
  fingerprint text not null,
  -- which master key the data key is sealed with
  key_id      text not null,
  sealed_key  bytea not null,
  sealed      bytea not null,
  primary key (secret_id, version)
);
create index secret_values_by_fingerprint on secret_values (fingerprint);

-- The key of the fingerprints, sealed with the master key. It outlives changes of the master key, so fingerprints stay.
create table secret_fingerprint_key (
  only_row   boolean primary key default true check (only_row),
  key_id     text not null,
  sealed_key bytea not null
);
