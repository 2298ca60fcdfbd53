import { z } from 'zod';

import { containerSettings } from '../container/settings.ts';
import { probesSpec } from '../probe/spec.ts';
import { partingSpec } from '../replica/parting.ts';
import { template } from '../template.ts';
import { releaseSpec } from './release-spec.ts';
import { deploymentScaled } from './scaling.ts';
import { rolloutEvents } from './rollout-events.ts';
import { sourceEvents } from './source-events.ts';
import { trafficEvents } from './traffic.ts';

export const DEPLOYMENT_STATUSES = ['Pending', 'Deploying', 'OK', 'Error', 'Failed'] as const;
export type DeploymentStatus = (typeof DEPLOYMENT_STATUSES)[number];

/** The first stands where nothing is said. */
export const STRATEGY_TYPES = ['RollingUpdate', 'Recreate', 'BlueGreen', 'Canary'] as const;

/** What is wanted, as the user wrote it, after validation. Quantities stay the user's strings so that they read back as written. */
export const deploymentSpec = z.object({
  id: z.string(),
  definitionId: z.string(),
  name: z.string().optional(),
  description: z.string().optional(),
  replicas: z.number().int(),
  strategy: z
    .object({
      type: z.enum(STRATEGY_TYPES).optional(),
      maxUnavailable: z.number().int().optional(),
      maxSurge: z.number().int().optional(),
      autoRollback: z.boolean().optional(),
      progressDeadlineSeconds: z.number().int().optional(),
      ...partingSpec,
      ...releaseSpec,
    })
    .optional(),
  resources: z
    .object({
      cpu: z.string().optional(),
      memory: z.string().optional(),
      vram: z.string().optional(),
      gpus: z.number().int().optional(),
    })
    .optional(),
  autoScaling: z
    .object({
      minReplicas: z.number().int().optional(),
      maxReplicas: z.number().int().optional(),
      cpuThreshold: z.number().int().optional(),
      memoryThreshold: z.number().int().optional(),
      scaleUpWindowSeconds: z.number().int().optional(),
      scaleDownWindowSeconds: z.number().int().optional(),
    })
    .optional(),
  targetRegions: z.array(z.object({ cluster: z.string().optional(), zone: z.string().optional() })).optional(),
  requiredLabels: z.record(z.string(), z.string()).optional(),
  envars: z.record(z.string(), z.string()).optional(),
  ...containerSettings,
  probes: probesSpec.optional(),
  /** `maxFailures`: failures in a row of one replica after which nobody tries again. Absent: it is tried for ever. */
  restart: z.object({ maxFailures: z.number().int().optional() }).optional(),
});
export type DeploymentSpec = z.infer<typeof deploymentSpec>;

/** One replica's way to a better home, with the scores that placement gave to both. */
export const move = z.object({
  replicaId: z.string(),
  generation: z.number().int(),
  from: z.string(),
  to: z.string(),
  before: z.number(),
  after: z.number(),
  why: z.string(),
});
export type Move = z.infer<typeof move>;

export const deploymentEvents = {
  ...rolloutEvents,
  ...sourceEvents,
  ...trafficEvents,
  /** Somebody saved the deployment. */
  DeploymentSaved: z.object({
    deploymentId: z.string(),
    spec: deploymentSpec,
    /** Host of the app whose secrets it refers to: that of the one who saved it. */
    app: z.string().optional(),
    /** Only the count of its replicas was changed, by a command of its own. */
    scaled: z.boolean().optional(),
    reason: z.string().optional(),
    /** Its containers are made from this, whatever the definition says: somebody went back to that revision. Until the next save. */
    pinned: z.object({ revision: z.number().int(), template }).optional(),
    /** Of the plan that was reviewed before: what is planned now breaks ties as that did. */
    seed: z.number().int().optional(),
  }),
  /** Somebody gave a revision a name; a name that another revision had moves here. */
  RevisionTagged: z.object({
    deploymentId: z.string(),
    name: z.string(),
    revision: z.number().int(),
    reason: z.string().optional(),
  }),
  RevisionUntagged: z.object({ deploymentId: z.string(), name: z.string() }),
  /** What its containers are made from has changed; replicas of earlier revisions are replaced. */
  RevisionCreated: z.object({
    deploymentId: z.string(),
    revision: z.number().int(),
    template,
    fingerprint: z.string(),
    /** Rolled out at once, whatever the limits say. */
    atOnce: z.boolean().optional(),
  }),
  /** What the planner decided, with the position and the seed that reproduce it. */
  DeploymentPlanned: z.object({
    deploymentId: z.string(),
    snapshotPosition: z.number().int(),
    seed: z.number().int(),
    now: z.number().int(),
    actions: z.array(z.string()),
    report: z.array(z.string()),
    /** Replicas whose move to a better home this plan begins: their replacements are scheduled with it. */
    begun: z.array(z.string()).optional(),
  }),
  /** Somebody had these replicas moved to better homes; each is replaced as a rollout would. Takes the place of earlier moves. */
  DeploymentRebalanced: z.object({ deploymentId: z.string(), moves: z.array(move) }),
  DeploymentStatusChanged: z.object({
    deploymentId: z.string(),
    status: z.enum(DEPLOYMENT_STATUSES),
    details: z.string(),
    /** Replicas of the latest revision that are ready, where more are than ever before. */
    ready: z.number().int().optional(),
  }),
  /** The autoscaler changed how many replicas are wanted, with every number that led to it. */
  DeploymentScaled: deploymentScaled,
  /** Somebody asked for its removal; its replicas are stopped. */
  DeploymentDeleted: z.object({ deploymentId: z.string() }),
  /** Nothing of it runs any more. */
  DeploymentRemoved: z.object({ deploymentId: z.string() }),
} as const;
