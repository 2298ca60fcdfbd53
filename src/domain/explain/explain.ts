import type { RecordedEvent } from '../event.ts';
import { deploymentText } from './deployment.ts';
import { buildText, instanceText, nodeText } from './fleet.ts';
import { replicaText } from './replica.ts';
import { whoOf, type Beside, type Sentence } from './sentence.ts';

/** An event as a sentence with its numbers. Values of secrets and of the environment are never in it. */
export function explain(event: RecordedEvent, beside: Beside = {}): Sentence {
  const { position, id: eventId, at, type, actor } = event;
  return { position, eventId, at, type, actor, text: textOf(event, beside) };
}

function textOf(event: RecordedEvent, { previous, sinceMs }: Beside): string {
  const who = whoOf(event.actor);
  switch (event.type) {
    case 'DeploymentSaved':
    case 'RevisionCreated':
    case 'DeploymentPlanned':
    case 'DeploymentRebalanced':
    case 'DeploymentStatusChanged':
    case 'DeploymentScaled':
    case 'DeploymentDeleted':
    case 'DeploymentRemoved':
    case 'RolloutFailed':
    case 'RolloutPaused':
    case 'RolloutResumed':
    case 'RolloutRestarted':
    case 'RevisionTagged':
    case 'RevisionUntagged':
    case 'SourceAsked':
    case 'SourceResolved':
    case 'SourceFailed':
    case 'TrafficShifted':
    case 'RolloutPromoted':
    case 'RolloutAnalysed':
      return deploymentText(event, who, previous);
    case 'ReplicaScheduled':
    case 'ImagePulled':
    case 'ContainerCreated':
    case 'ContainerStarted':
    case 'ReplicaReady':
    case 'ReplicaUnready':
    case 'ReplicaSmokeAsked':
    case 'ReplicaSmoked':
    case 'ReplicaFailed':
    case 'ReplicaStopping':
    case 'ReplicaDrained':
    case 'ReplicaStopped':
      return replicaText(event, who, sinceMs);
    case 'NodeRegistered':
    case 'NodeCordoned':
    case 'NodeDrainStarted':
    case 'NodeDrained':
    case 'NodeUncordoned':
    case 'NodeLost':
    case 'NodeReturned':
    case 'NodeRemoved':
      return nodeText(event, who);
    default:
      return furtherText(event, who);
  }
}

type Told = Parameters<typeof deploymentText>[0] | Parameters<typeof replicaText>[0] | Parameters<typeof nodeText>[0];

function furtherText(event: Exclude<RecordedEvent, { type: Told['type'] }>, who: string): string {
  switch (event.type) {
    case 'BuildRequested':
    case 'BuildStarted':
    case 'BuildSucceeded':
    case 'BuildFailed':
    case 'BuildForgotten':
      return buildText(event, who);
    case 'InstanceRegistered':
    case 'InstanceStatusChanged':
    case 'InstanceRemoved':
      return instanceText(event, who);
    case 'DefinitionSaved': {
      const { definitionId, spec } = event.data;
      const what = spec.image?.name ?? spec.repository?.url ?? 'nothing to run';
      return `${who} saved definition ${definitionId}: ${what}.`;
    }
    case 'DefinitionDeleted':
      return `${who} removed definition ${event.data.definitionId}.`;
    case 'SecretSaved':
      return `${who} saved secret ${event.data.name} (version ${event.data.version}).`;
    case 'SecretRemoved':
      return `${who} removed secret ${event.data.name}.`;
    case 'LogArchived': {
      const { first, last, file } = event.data;
      return `${who} archived positions ${first} to ${last} of the log: ${file}.`;
    }
    case 'LogRestored': {
      const { first, last, file } = event.data;
      return `${who} put positions ${first} to ${last} of the log back from ${file}.`;
    }
    // Accounts, grants, routes, configs and what is run by hand cause nothing else: their type and their stream say it.
    default:
      return `${who} wrote ${event.type} to ${event.stream}.`;
  }
}
