-- The history of a deployment is read from its own stream without its plans, which are most of it and the largest of it.
create index events_of_history on events (stream, version) where type in (
  'DeploymentSaved', 'RevisionCreated', 'DeploymentStatusChanged', 'RolloutFailed', 'RolloutPaused', 'RolloutResumed',
  'RolloutRestarted', 'DeploymentDeleted', 'RevisionTagged', 'RevisionUntagged');
-- What its images were when they were pulled.
create index events_of_pulls on events ((data ->> 'deploymentId'), position) where type = 'ImagePulled';
