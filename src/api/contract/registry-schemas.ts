import { z } from 'zod';

import { containerSettings } from '../../domain/container/settings.ts';
import { CLIENT_LANGUAGES } from '../../domain/definition/events.ts';
import { INSTANCE_STATUSES } from '../../domain/instance/events.ts';
import { probesSpec } from '../../domain/probe/spec.ts';
import { NODE_LIVENESS, NODE_SCHEDULING } from '../../domain/node/status.ts';

const port = z.int().min(1).max(65535);

/** A definition as every client reads it: exactly these fields, and a port wherever there is an image or a repository. */
export const definition = z.strictObject({
  id: z.string().min(1),
  image: z.strictObject({ name: z.string().min(1), internalPorts: z.array(port).min(1) }).optional(),
  repository: z
    .strictObject({
      url: z.string().min(1),
      version: z.string().optional(),
      buildContext: z.string().optional(),
      containerFile: z.string().optional(),
      internalPorts: z.array(port).min(1),
    })
    .optional(),
  ports: z.array(z.strictObject({ internal: port, host: port })).optional(),
  envars: z.array(z.strictObject({ key: z.string(), value: z.string() })).optional(),
  apiSpecs: z
    .array(
      z.strictObject({
        url: z.string().optional(),
        protocolType: z.string().optional(),
        version: z.string().optional(),
        metadata: z.record(z.string(), z.string()).optional(),
      }),
    )
    .optional(),
  clients: z.array(z.strictObject({ language: z.enum(CLIENT_LANGUAGES), url: z.string() })).optional(),
});
export type Definition = z.infer<typeof definition>;

/** A definition as it is written: `internalPorts` may be left out where `ports` says them; `repository.ports` is its older name. */
export const definitionInput = definition.extend({
  image: z.object({ name: z.string(), internalPorts: z.array(port).optional() }).optional(),
  repository: z
    .object({
      url: z.string(),
      version: z.string().optional(),
      buildContext: z.string().optional(),
      containerFile: z.string().optional(),
      internalPorts: z.array(port).optional(),
      ports: z.array(port).optional(),
      /** `{{secret:name}}`: a token, or a private key, that lets into a private repository. */
      credentials: z.string().optional(),
    })
    .optional(),
  ...containerSettings,
  probes: probesSpec.optional(),
});
export type DefinitionInput = z.infer<typeof definitionInput>;

export const instance = z.strictObject({
  id: z.string().min(1),
  url: z.string().min(1),
  status: z.enum(INSTANCE_STATUSES),
  deploymentId: z.string().optional(),
  nodeUrl: z.string().optional(),
  lastHeartbeat: z.string().optional(),
  path: z.string().optional(),
  scheme: z.string().optional(),
  host: z.string().optional(),
  ip: z.string().optional(),
  port: z.int32().optional(),
  details: z.string().optional(),
  slug: z.string().optional(),
  tags: z.array(z.string()).optional(),
});
export type Instance = z.infer<typeof instance>;

/** CPU in thousandths of a core, sizes in bytes; `used` is what replicas have reserved. */
const usage = z.strictObject({ used: z.int(), total: z.int(), percent: z.number() });

export const node = z.strictObject({
  id: z.string().min(1),
  url: z.string().min(1),
  availabilityZone: z.string().optional(),
  region: z.string().optional(),
  lastHeartbeat: z.string().optional(),
  usage: z.strictObject({ cpu: usage.optional(), memory: usage.optional(), disk: usage.optional() }).optional(),
  gpus: z
    .array(
      z.strictObject({
        id: z.string(),
        intraNodeId: z.int32(),
        name: z.string(),
        busId: z.string(),
        temperature: z.number(),
        performanceState: z.string(),
        powerUsage: z.number(),
        powerCap: z.number(),
        /** MiB. */
        memoryUsage: z.int32(),
        /** MiB. */
        memoryTotal: z.int32(),
        gpuUtilization: z.number(),
        computeMode: z.string(),
      }),
    )
    .optional(),
});
export type Node = z.infer<typeof node>;

/** How a node stands. */
export const nodeStanding = z.strictObject({
  id: z.string(),
  scheduling: z.enum(NODE_SCHEDULING),
  liveness: z.enum(NODE_LIVENESS),
  /** Replicas that hold a share of it. */
  replicas: z.int(),
});
export type NodeStanding = z.infer<typeof nodeStanding>;

/** An engine to run replicas on. `id` absent: the one it had, else a new one. */
export const nodeInput = z.object({
  url: z.string(),
  id: z.string().optional(),
  cluster: z.string().optional(),
  zone: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  /** Cards of a host that cannot be asked for them: `{ name: "H100", vram: "80GB" }` each. */
  gpus: z.array(z.object({ name: z.string(), vram: z.string() })).optional(),
  /** Of each card, for its driver: "1Gi". */
  gpuMargin: z.string().optional(),
  /** For the host itself: "500m", "1Gi". */
  reserve: z.object({ cpu: z.string().optional(), memory: z.string().optional() }).optional(),
});
export type NodeInput = z.infer<typeof nodeInput>;

export const instanceInput = z.object({
  url: z.string(),
  id: z.string().optional(),
  deploymentId: z.string().optional(),
  scheme: z.string().optional(),
  host: z.string().optional(),
  ip: z.string().optional(),
  port: z.int().optional(),
  path: z.string().optional(),
});
export type InstanceInput = z.infer<typeof instanceInput>;
