import { z } from 'zod';

import { BUILD_STATUSES } from '../../domain/build/evolve.ts';

/** An image that is, or was, made from a repository. */
export const buildView = z.strictObject({
  id: z.string(),
  status: z.enum(BUILD_STATUSES),
  url: z.string(),
  commit: z.string(),
  buildContext: z.string().optional(),
  containerFile: z.string().optional(),
  image: z.string(),
  imageId: z.string().optional(),
  /** Where it is built, or was built last. */
  nodeId: z.string().optional(),
  /** Whether the registry has it. */
  pushed: z.boolean().optional(),
  /** Nobody used its image, so it was taken from the nodes. */
  forgotten: z.boolean().optional(),
  milliseconds: z.int().optional(),
  /** Why it failed, and whether only somebody's asking brings another try. */
  failure: z.strictObject({ reason: z.string(), terminal: z.boolean() }).optional(),
  /** The step that it is at, or ended at: `Step 3/7 : RUN npm ci`. */
  step: z.string().optional(),
  /** RFC 3339. */
  requestedAt: z.string(),
  changedAt: z.string(),
});
export type BuildView = z.infer<typeof buildView>;

/** What a deployment's repository stands for, and how its image gets on. */
export const deploymentBuild = z.strictObject({
  url: z.string(),
  /** As it is written: a branch, a tag or a commit; `main` where nobody says. */
  version: z.string(),
  /** What it stands for; absent while it is looked up. */
  commit: z.string().optional(),
  id: z.string().optional(),
  status: z.enum(BUILD_STATUSES).optional(),
  step: z.string().optional(),
});
