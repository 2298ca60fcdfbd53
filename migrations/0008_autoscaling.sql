-- Finds the deployments that scale themselves; empty, and free, when there are none.
create index deployments_autoscaled on deployments (id) where (state -> 'spec') ? 'autoScaling' and phase = 'live';

-- Telemetry of the autoscaler, no events: what replicas used, what was recommended, what was last thought. Old rows are deleted.

-- What one ready replica used, averaged over the time since the sample before.
create table replica_samples (
  replica_id    text not null,
  deployment_id text not null,
  -- The replica's row and the deployment's count that the sample was taken under: under others it says nothing.
  replica_since bigint not null,
  scale_steps   int not null,
  cpu_millis    int not null,
  memory_bytes  bigint not null,
  at            timestamptz not null default now()
);
create index replica_samples_by_deployment on replica_samples (deployment_id, at);
create index replica_samples_by_age on replica_samples (at);

-- What the signals asked for, before windows and bounds: the stabilisation windows look back at it.
create table scale_recommendations (
  deployment_id text not null,
  replicas      int not null,
  at            timestamptz not null default now()
);
create index scale_recommendations_by_deployment on scale_recommendations (deployment_id, at);
create index scale_recommendations_by_age on scale_recommendations (at);

-- The latest decision on each deployment, also when it changed nothing.
create table scale_decisions (
  deployment_id text primary key,
  decision      jsonb not null,
  at            timestamptz not null default now()
);
