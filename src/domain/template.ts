import { z } from 'zod';

import { containerSettings } from './container/settings.ts';
import { probesSpec } from './probe/spec.ts';

/** What every container of one revision is made from. CPU in thousandths of a core, sizes in bytes. */
export const template = z.object({
  definitionId: z.string(),
  image: z.string(),
  /** The build that makes the image, and the commit that it is made from; absent: a registry has it. */
  build: z.object({ id: z.string(), commit: z.string() }).optional(),
  /** `host` absent: the engine assigns one. */
  ports: z.array(z.object({ internal: z.number().int(), host: z.number().int().optional() })),
  env: z.record(z.string(), z.string()),
  cpuMillis: z.number().int().optional(),
  memoryBytes: z.number().int().optional(),
  vramBytes: z.number().int().optional(),
  ...containerSettings,
  /** Secrets that `env` refers to, with the fingerprints of the values that it means. */
  secrets: z.record(z.string(), z.string()).optional(),
  probes: probesSpec.optional(),
  /** Cards that `vramBytes` is split over evenly; absent: one. */
  gpus: z.number().int().optional(),
});
export type Template = z.infer<typeof template>;

/** What is held of one card. `index`: the card's number on its node, as its driver counts. */
export const cardShare = z.object({ index: z.number().int(), vramBytes: z.number().int() });
export type CardShare = z.infer<typeof cardShare>;

/** What a replica holds on its node from being scheduled until it has stopped. */
export const reservation = z.object({
  nodeId: z.string(),
  cpuMillis: z.number().int(),
  memoryBytes: z.number().int(),
  /** Over all its cards. */
  vramBytes: z.number().int(),
  /** Absent: it holds no card. */
  cards: z.array(cardShare).optional(),
  hostPorts: z.array(z.number().int()),
});
export type Reservation = z.infer<typeof reservation>;
