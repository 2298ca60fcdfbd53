import { z } from 'zod';

const ask = {
  deploymentId: z.string(),
  /** Counts from 1: an answer to an earlier one comes too late. */ ask: z.number().int(),
};

/** A repository at a version, and how an image is made of it: as the definition says. */
export const repositoryRef = z.object({
  url: z.string(),
  version: z.string().optional(),
  buildContext: z.string().optional(),
  containerFile: z.string().optional(),
  /** Name of the secret that lets in. */
  credentials: z.string().optional(),
});
export type RepositoryRef = z.infer<typeof repositoryRef>;

/** Which commit a deployment's repository stands for. */
export const sourceEvents = {
  /** The planner wants to know, because of a save, or because the definition names another version. */
  SourceAsked: z.object({ ...ask, repository: repositoryRef }),
  /** It stands for this commit from now on, until it is asked again; its image is that build's. */
  SourceResolved: z.object({ ...ask, commit: z.string(), buildId: z.string(), image: z.string() }),
  /** `terminal`: not asked again before somebody saves. */
  SourceFailed: z.object({ ...ask, reason: z.string(), terminal: z.boolean() }),
} as const;
