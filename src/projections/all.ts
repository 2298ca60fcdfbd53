import { type BuildState, evolveBuild } from '../domain/build/evolve.ts';
import { type ConfigState, type ConfigVersion, evolveConfig, versionOf } from '../domain/config/evolve.ts';
import { evolveDefinition } from '../domain/definition/evolve.ts';
import { evolveDeployment, type DeploymentState } from '../domain/deployment/evolve.ts';
import { evolveEnroll, type EnrollState } from '../domain/enroll/evolve.ts';
import { evolveInstance } from '../domain/instance/evolve.ts';
import { allotmentOf, evolveAllotment, overcommitOf } from '../domain/node/allotment.ts';
import { evolveNode } from '../domain/node/evolve.ts';
import { evolvePermit, type PermitState } from '../domain/permit/evolve.ts';
import { evolveReplica, type ReplicaState } from '../domain/replica/evolve.ts';
import { evolveRoute, type RouteState } from '../domain/route/evolve.ts';
import { evolveSecret } from '../domain/secret/evolve.ts';
import { secretKey } from '../domain/secret/name.ts';
import { contactTaken, evolveContact } from '../domain/user/contact.ts';
import { evolveUser, type UserState } from '../domain/user/evolve.ts';
import { evolveWebhook, type WebhookState } from '../domain/webhook/evolve.ts';
import type { Projection } from '../store/projection.ts';
import { projection } from './define.ts';
import { evolveImage } from './image.ts';
import { revisionKey, type Revision } from './revision.ts';

const deployments = projection({
  name: 'deployments',
  ownership: 'stream',
  types: [
    'DeploymentSaved',
    'RevisionCreated',
    'DeploymentPlanned',
    'DeploymentRebalanced',
    'DeploymentStatusChanged',
    'DeploymentScaled',
    'DeploymentDeleted',
    'DeploymentRemoved',
    'RolloutFailed',
    'RolloutPaused',
    'RolloutResumed',
    'RolloutRestarted',
    'SourceAsked',
    'SourceResolved',
    'SourceFailed',
    'RevisionTagged',
    'RevisionUntagged',
    'TrafficShifted',
    'RolloutPromoted',
    'RolloutAnalysed',
  ],
  key: ({ data }) => data.deploymentId,
  evolve: (state: DeploymentState | undefined, event) => evolveDeployment(state, event, event.at.getTime()),
});

const revisions = projection({
  name: 'revisions',
  ownership: 'stream',
  types: ['RevisionCreated'],
  key: ({ data }) => revisionKey(data.deploymentId, data.revision),
  evolve: (_: Revision | undefined, { data }): Revision => data,
});

const definitions = projection({
  name: 'definitions',
  ownership: 'stream',
  types: ['DefinitionSaved', 'DefinitionDeleted'],
  key: ({ data }) => data.definitionId,
  evolve: evolveDefinition,
});

const replicas = projection({
  name: 'replicas',
  ownership: 'stream',
  types: [
    'ReplicaScheduled',
    'ImagePulled',
    'ContainerCreated',
    'ContainerStarted',
    'ReplicaReady',
    'ReplicaUnready',
    'ReplicaSmokeAsked',
    'ReplicaSmoked',
    'ReplicaFailed',
    'ReplicaStopping',
    'ReplicaDrained',
    'ReplicaStopped',
  ],
  key: ({ data }) => data.replicaId,
  evolve: (state: ReplicaState | undefined, event) => evolveReplica(state, event, event.at.getTime()),
});

const nodes = projection({
  name: 'nodes',
  ownership: 'stream',
  types: [
    'NodeRegistered',
    'NodeCordoned',
    'NodeDrainStarted',
    'NodeDrained',
    'NodeUncordoned',
    'NodeLost',
    'NodeReturned',
    'NodeRemoved',
  ],
  key: ({ data }) => data.nodeId,
  evolve: evolveNode,
});

const allotments = projection({
  name: 'allotments',
  ownership: 'shared',
  types: ['NodeRegistered', 'NodeRemoved', 'ReplicaScheduled', 'ReplicaFailed', 'ReplicaStopped'],
  key: allotmentOf,
  evolve: evolveAllotment,
  violation: overcommitOf,
});

const images = projection({
  name: 'images',
  ownership: 'shared',
  types: ['ImagePulled', 'BuildSucceeded'],
  key: ({ data }) => (data.nodeId === undefined ? undefined : data.image),
  evolve: evolveImage,
});

const instances = projection({
  name: 'instances',
  ownership: 'stream',
  types: ['InstanceRegistered', 'InstanceStatusChanged', 'InstanceRemoved'],
  key: ({ data }) => data.instanceId,
  evolve: evolveInstance,
});

const users = projection({
  name: 'users',
  ownership: 'stream',
  types: ['UserRegistered', 'PasswordChanged', 'TokensRevoked'],
  key: ({ data }) => data.userId,
  evolve: (state: UserState | undefined, event) => evolveUser(state, event, event.at.getTime()),
});

const contacts = projection({
  name: 'contacts',
  ownership: 'shared',
  types: ['UserRegistered'],
  key: ({ data }) => data.contact?.id,
  evolve: evolveContact,
  violation: contactTaken,
});

const permits = projection({
  name: 'permits',
  ownership: 'stream',
  types: ['PermitSaved', 'PermitRemoved'],
  key: ({ data }) => data.permitId,
  evolve: (state: PermitState | undefined, event) => evolvePermit(state, event, event.at.getTime()),
});

const enrolls = projection({
  name: 'enrolls',
  ownership: 'stream',
  types: ['EnrollSaved', 'EnrollRemoved'],
  key: ({ data }) => data.enrollId,
  evolve: (state: EnrollState | undefined, event) => evolveEnroll(state, event, event.at.getTime()),
});

const routes = projection({
  name: 'routes',
  ownership: 'stream',
  types: ['RouteSaved', 'RouteRemoved'],
  key: ({ data }) => data.routeId,
  evolve: (state: RouteState | undefined, event) => evolveRoute(state, event, event.at.getTime()),
});

const secrets = projection({
  name: 'secrets',
  ownership: 'stream',
  types: ['SecretSaved', 'SecretRemoved'],
  key: ({ data }) => secretKey(data.app, data.name),
  evolve: evolveSecret,
});

const configs = projection({
  name: 'configs',
  ownership: 'stream',
  types: ['ConfigSaved'],
  key: ({ data }) => data.configKey,
  evolve: (state: ConfigState | undefined, event) => evolveConfig(state, event, event.at.getTime()),
});

const configVersions = projection({
  name: 'config_versions',
  ownership: 'stream',
  types: ['ConfigSaved'],
  key: ({ data }) => data.versionId,
  evolve: (_: ConfigVersion | undefined, event) => versionOf(event, event.at.getTime()),
});

const builds = projection({
  name: 'builds',
  ownership: 'stream',
  types: ['BuildRequested', 'BuildStarted', 'BuildSucceeded', 'BuildFailed', 'BuildForgotten'],
  key: ({ data }) => data.buildId,
  evolve: (state: BuildState | undefined, event) => evolveBuild(state, event, event.at.getTime()),
});

const webhooks = projection({
  name: 'webhooks',
  ownership: 'stream',
  types: ['WebhookSaved', 'WebhookDisabled', 'WebhookRemoved'],
  key: ({ data }) => data.webhookId,
  evolve: (state: WebhookState | undefined, event) => evolveWebhook(state, event, event.at.getTime()),
});

/** Every projection, in the order in which their rows are locked. */
export const PROJECTIONS: readonly Projection[] = [
  deployments,
  revisions,
  definitions,
  replicas,
  nodes,
  allotments,
  images,
  instances,
  users,
  contacts,
  permits,
  enrolls,
  routes,
  secrets,
  configs,
  configVersions,
  builds,
  webhooks,
];
