-- Tries at passwords and registrations, counted for all processes together: a digest of what is counted, how often, and until
-- when (milliseconds since the epoch; null: for ever). Nothing is lost with it but a few minutes of counting.
create unlogged table login_attempts (
  key    text primary key,
  points integer not null default 0,
  expire bigint
);
create index login_attempts_by_expiry on login_attempts (expire);
