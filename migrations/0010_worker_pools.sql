-- What a worker is bound to: it starts, stops and watches only nodes of these clusters, and serves only these queues.
-- An empty list of clusters: all of them, also those that come later.
alter table workers
  add column clusters text[] not null default '{}',
  add column queues   text[] not null default '{}',
  add column watches  boolean not null default true;
