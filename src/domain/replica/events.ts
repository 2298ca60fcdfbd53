import { z } from 'zod';

import { reservation } from '../template.ts';

/** Why a replica is where it is: every node that was looked at, with numbers. */
/** Nodes that one filter left out, where there are too many to list: how many, and the first few of them. */
const exclusion = z.object({
  filter: z.string(),
  need: z.string(),
  nodes: z.number().int(),
  examples: z.array(z.object({ nodeId: z.string(), have: z.string() })),
});

/** One entry of targetRegions when it was chosen among several: replicas there before, and nodes there that would do. */
const regionShare = z.object({ region: z.string(), replicas: z.number().int(), nodes: z.number().int() });

export const placementDecision = z.object({
  considered: z.number().int(),
  /** Everything that each unfit node lacks; empty on a large fleet, where `excludedBy` has it. */
  excluded: z.array(z.object({ nodeId: z.string(), filter: z.string(), need: z.string(), have: z.string() })),
  /** A node that lacks several things counts in each. */
  excludedBy: z.array(exclusion).optional(),
  /** In the order of targetRegions. */
  regions: z.array(regionShare).optional(),
  /** The best five, best first; of the entry of targetRegions that was chosen. */
  scores: z.array(z.object({ nodeId: z.string(), total: z.number(), parts: z.record(z.string(), z.number()) })),
});
export type PlacementDecision = z.infer<typeof placementDecision>;

export const REPLICA_FAILURE_KINDS = ['image', 'start', 'exit', 'gone', 'lost', 'probe', 'config'] as const;

export const replicaFailure = z.object({
  /** `image`: it cannot be had; `start`: the engine refused; `exit`: the container ended; `gone`: it is not there any more; `lost`: its node is; `probe`: it runs and does not do what it should; `config`: what it is to be given cannot be had. */
  kind: z.enum(REPLICA_FAILURE_KINDS),
  message: z.string(),
  exitCode: z.number().int().optional(),
  lastLogs: z.array(z.string()).optional(),
  /** Trying again cannot help. */
  terminal: z.boolean(),
});
export type ReplicaFailure = z.infer<typeof replicaFailure>;

const attempt = { replicaId: z.string(), deploymentId: z.string(), generation: z.number().int() };

export const replicaEvents = {
  ReplicaScheduled: z.object({
    ...attempt,
    ordinal: z.number().int(),
    revision: z.number().int(),
    reservation,
    decision: placementDecision,
    reason: z.string(),
  }),
  ImagePulled: z.object({
    ...attempt,
    image: z.string(),
    milliseconds: z.number().int(),
    nodeId: z.string().optional(),
    /** `sha256:…` of what the registry gave for the image's name. */
    digest: z.string().optional(),
  }),
  ContainerCreated: z.object({ ...attempt, containerId: z.string(), adopted: z.boolean() }),
  ContainerStarted: z.object({
    ...attempt,
    containerId: z.string(),
    ports: z.array(z.object({ internal: z.number().int(), host: z.number().int() })),
    /** Its image has a HEALTHCHECK. */
    healthcheck: z.boolean().optional(),
  }),
  /** It may get traffic. `answered`: its first port accepts connections, and has to from now on. */
  ReplicaReady: z.object({ ...attempt, answered: z.boolean().optional() }),
  /** Its ready probe fails: it runs on, out of service. `silent`: nobody answered at all. */
  ReplicaUnready: z.object({ ...attempt, reason: z.string(), silent: z.boolean() }),
  /** The planner wants to know whether it answers as it should, before it gets requests. `port` absent: its first. */
  ReplicaSmokeAsked: z.object({
    ...attempt,
    nodeId: z.string(),
    path: z.string(),
    port: z.number().int().optional(),
    expectStatus: z.number().int().optional(),
    timeoutMs: z.number().int(),
  }),
  /** Whether it did. `reason`: what was asked and answered, where it did not. */
  ReplicaSmoked: z.object({
    ...attempt,
    passed: z.boolean(),
    milliseconds: z.number().int(),
    reason: z.string().optional(),
  }),
  ReplicaFailed: z.object({ ...attempt, failure: replicaFailure, released: reservation }),
  /** It gets no requests any more. With `drainSeconds` its container is stopped after `ReplicaDrained`, else at once. */
  ReplicaStopping: z.object({
    ...attempt,
    nodeId: z.string(),
    reason: z.string(),
    /** For the requests that it still has. */
    drainSeconds: z.number().int().optional(),
    /** From SIGTERM to SIGKILL. */
    graceSeconds: z.number().int().optional(),
  }),
  /** No live router sends it anything any more, and it is free of requests, or its time for them is over. */
  ReplicaDrained: z.object({
    ...attempt,
    nodeId: z.string(),
    /** Since it was first looked at. */
    milliseconds: z.number().int(),
    /** Routers that had put its removal in force. */
    acknowledged: z.array(z.string()),
    /** Routers that had not, and were not waited for any longer, each with why. */
    unheard: z.array(z.object({ router: z.string(), why: z.string() })),
    /** Requests that were still under way. */
    cutOff: z.number().int(),
  }),
  ReplicaStopped: z.object({ ...attempt, released: reservation.optional() }),
} as const;
