-- A slot of every revision that there ever was has its row for good; few of them are present. Whoever asks what a deployment, a node
-- or the fleet has now reads those alone: `present` changes once in a life, where the status changes with every step of it.
-- The stopped ones are asked for by revision, for the generations of slots that are filled again.
alter table replicas
  add column present  text generated always as (((state ->> 'status') <> 'Stopped')::text) stored,
  add column revision text generated always as (state ->> 'revision') stored;
drop index replicas_by_deployment;
drop index replicas_by_node;
create index replicas_by_deployment on replicas (present, deployment_id, revision);
create index replicas_by_node on replicas (present, node_id);
-- Instances likewise: those that were removed stay, and are seldom asked for.
create index instances_present on instances (removed, deployment_id);
create index instances_by_url on instances (url);
