import type { EventType, RecordedEvent } from '../domain/event.ts';

/** Events that nobody waits for: whoever adds one here says that no job follows from it. */
const INERT = [
  'RevisionCreated',
  'RevisionTagged',
  'RevisionUntagged',
  'DeploymentPlanned',
  'DeploymentStatusChanged',
  'DeploymentRemoved',
  'ImagePulled',
  'ContainerCreated',
  'ContainerStarted',
  'NodeCordoned',
  'NodeDrained',
  'NodeRemoved',
  'InstanceRegistered',
  'InstanceStatusChanged',
  'InstanceRemoved',
  'UserRegistered',
  'PasswordChanged',
  'TokensRevoked',
  'PermitSaved',
  'PermitRemoved',
  'EnrollSaved',
  'EnrollRemoved',
  'RouteSaved',
  'RouteRemoved',
  'ConfigSaved',
  'ContainerRunRequested',
  'ContainerStopRequested',
  'ImageBuildRequested',
  'BuildForgotten',
  'ReplicaExecuted',
  'WebhookSaved',
  'WebhookDisabled',
  'WebhookRemoved',
  'LogArchived',
  'LogRestored',
] as const satisfies readonly EventType[];
type Inert = (typeof INERT)[number];

const inert: ReadonlySet<string> = new Set(INERT);

export function isInert(event: RecordedEvent): event is Extract<RecordedEvent, { type: Inert }> {
  return inert.has(event.type);
}
