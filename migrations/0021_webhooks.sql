-- Where events are sent to: url, filter, and the fingerprint of the secret that signs, which lies sealed in secret_values.
create table webhooks (
  id text primary key, since bigint not null, version int not null, state jsonb not null,
  removed text generated always as (state ->> 'removed') stored
);

-- How far each has acknowledged the log. No events: what is sent about events must not make further ones. `born` is the event
-- that made the webhook: one that is removed and saved again begins anew.
create table webhook_deliveries (
  webhook_id      text not null,
  born            uuid not null,
  position        bigint not null,
  -- Attempts so far, and those that failed since the last that did not.
  attempts        bigint not null default 0,
  failures        int not null default 0,
  failing_since   timestamptz,
  last_error      text,
  next_attempt_at timestamptz,
  delivered_at    timestamptz,
  primary key (webhook_id, born)
);

-- The last attempts of each.
create table webhook_attempts (
  webhook_id   text not null,
  born         uuid not null,
  number       bigint not null,
  position     bigint not null,
  event_id     uuid not null,
  type         text not null,
  at           timestamptz not null,
  milliseconds int not null,
  status       int,
  -- Why it was not taken; null: it was.
  error        text,
  primary key (webhook_id, born, number)
);

-- The W3C trace context of the work that decided an event, where traces are exported: for CloudEvents, which carry it. It is no
-- part of the log: nothing follows from it, and no hash is over it.
create table event_traces (
  position    bigint primary key,
  traceparent text not null
);
