import { z } from 'zod';

import { DEPLOYMENT_STATUSES } from '../../domain/deployment/events.ts';
import { VERDICTS } from '../../domain/deployment/rollout-events.ts';
import { REPLICA_FAILURE_KINDS } from '../../domain/replica/events.ts';
import { REPLICA_STATUSES } from '../../domain/replica/status.ts';
import { deploymentBuild } from './build-schemas.ts';
import { scalingView } from './scaling-schemas.ts';

const int32 = z.int32();

const autoScaling = z.strictObject({
  minReplicas: int32.optional(),
  maxReplicas: int32.optional(),
  cpuThreshold: int32.optional(),
});

/** A deployment as every client reads it: exactly these fields. */
export const deployment = z.strictObject({
  id: z.string().min(1),
  definitionId: z.string().min(1),
  name: z.string().optional(),
  description: z.string().optional(),
  replicas: int32.optional(),
  strategy: z
    .strictObject({
      type: z.enum(['RollingUpdate', 'Recreate']).optional(),
      maxUnavailable: int32.optional(),
      maxSurge: int32.optional(),
    })
    .optional(),
  resources: z
    .strictObject({ cpu: z.string().optional(), memory: z.string().optional(), vram: z.string().optional() })
    .optional(),
  autoScaling: autoScaling.optional(),
  targetRegions: z.array(z.strictObject({ cluster: z.string().optional(), zone: z.string().optional() })).optional(),
  status: z.enum(DEPLOYMENT_STATUSES),
  details: z.string().optional(),
  envars: z.record(z.string(), z.string()).optional(),
});
export type Deployment = z.infer<typeof deployment>;

export const replicaView = z.strictObject({
  id: z.string(),
  ordinal: z.int(),
  revision: z.int(),
  generation: z.int(),
  status: z.enum(REPLICA_STATUSES),
  nodeId: z.string(),
  nodeUrl: z.string(),
  containerId: z.string().optional(),
  ports: z.array(z.strictObject({ internal: z.int(), host: z.int() })),
  /** In a row. */
  failures: z.int(),
  failure: z
    .strictObject({
      kind: z.enum(REPLICA_FAILURE_KINDS),
      message: z.string(),
      exitCode: z.int().optional(),
      lastLogs: z.array(z.string()).optional(),
      terminal: z.boolean(),
    })
    .optional(),
  /** Why it is out of service although it runs. */
  unready: z.string().optional(),
  /** RFC 3339: it has failed, and is tried again then. */
  retryAt: z.string().optional(),
});
export type ReplicaView = z.infer<typeof replicaView>;

/** One deployment with its replicas. `position`: the place in the log that this answer includes. */
export const deploymentView = z.strictObject({
  deployment,
  /** What was saved, in full. */
  spec: z.record(z.string(), z.unknown()),
  phase: z.enum(['live', 'deleting', 'removed']),
  /** The latest. */
  revision: z.int(),
  /** The one that is looked after: the latest, or the one that a failed rollout went back to. */
  targetRevision: z.int(),
  rollback: z
    .strictObject({
      revision: z.int(),
      backTo: z.int(),
      reason: z.string(),
      /** `planner`, or `user/<slug>` who aborted it. */
      by: z.string(),
      /** Nothing of the failed revision is left, and as many as are wanted are ready. */
      done: z.boolean(),
    })
    .optional(),
  paused: z.strictObject({ by: z.string(), reason: z.string().optional() }).optional(),
  /** Of the latest revision, beside the one that requests come from. Absent where nothing is released. */
  release: z
    .strictObject({
      strategy: z.enum(['BlueGreen', 'Canary']),
      from: z.int(),
      to: z.int(),
      /** Percent of the requests that it gets. */
      weight: z.int(),
      stage: z.enum(['preparing', 'watching', 'keeping', 'leaving']),
      /** Of a canary: the step that it is at, or that is prepared, from 1; one more than `steps` for the whole. */
      step: z.int().optional(),
      steps: z.int().optional(),
      waitsFor: z.enum(['replicas', 'promotion', 'time and verdict', 'time', 'stops', 'resume']),
      /** RFC 3339: when the time of the step is over. */
      until: z.string().optional(),
      verdict: z.strictObject({ verdict: z.enum(VERDICTS), reason: z.string() }).optional(),
    })
    .optional(),
  /** Each revision that runs or gets requests. Absent where nothing divides or counts requests. */
  versions: z
    .array(
      z.strictObject({
        revision: z.int(),
        /** Percent of the requests; absent where every ready replica counts the same. */
        weight: z.int().optional(),
        ready: z.int(),
        /** Of the last half minute, as the routers counted them. */
        requestsPerSecond: z.number().optional(),
        errorPercent: z.number().optional(),
      }),
    )
    .optional(),
  position: z.int(),
  progress: z.strictObject({
    /** Replicas wanted now. */
    desired: z.int(),
    /** Replicas that serve, of any revision. */
    ready: z.int(),
    /** Replicas of the target revision that serve. */
    updated: z.int(),
    /** Replicas that hold, or may hold, a container. */
    total: z.int(),
  }),
  /** Absent when its containers were never built from a repository. */
  build: deploymentBuild.optional(),
  /** Absent when the deployment does not scale itself. */
  scaling: scalingView.optional(),
  /** Those that have not stopped. */
  replicas: z.array(replicaView),
});
export type DeploymentView = z.infer<typeof deploymentView>;

export const eventView = z.strictObject({
  position: z.int(),
  id: z.string(),
  stream: z.string(),
  version: z.int(),
  type: z.string(),
  data: z.record(z.string(), z.unknown()),
  actor: z.string(),
  correlationId: z.string(),
  causationId: z.string().optional(),
  /** RFC 3339. */
  at: z.string(),
});
export type EventView = z.infer<typeof eventView>;
