import { z } from 'zod';

import type { Route } from './route.ts';

/** One field that differs, with the change in words. */
export const change = z.strictObject({
  /** `resources.cpu`, `envars.PORT`, `image` */
  field: z.string(),
  /** Absent: it was added. */
  before: z.unknown().optional(),
  /** Absent: it was taken away. */
  after: z.unknown().optional(),
  /** `CPU 500m -> 1 (+100 %)` */
  text: z.string(),
});
export type ChangeView = z.infer<typeof change>;

export const historyEntry = z.strictObject({
  /** Of its event in the log. */
  position: z.int(),
  kind: z.enum([
    'save',
    'rollback',
    'restart',
    'definition',
    'scale',
    'pause',
    'resume',
    'abort',
    'delete',
    'tag',
    'untag',
  ]),
  /** Absent: no revision came of it. */
  revision: z.int().optional(),
  /** RFC 3339. */
  at: z.string(),
  /** The slug of the account; a worker as `worker/<id>`. */
  author: z.string(),
  reason: z.string().optional(),
  changes: z.array(change),
  outcome: z.enum(['in progress', 'OK', 'failed', 'rolled back', 'superseded', 'saved', 'done']),
  why: z.string().optional(),
  backTo: z.int().optional(),
  /** From the revision's beginning to its outcome. */
  milliseconds: z.int().optional(),
  image: z.string().optional(),
  /** Of the image as its registry had it then; absent where nobody knows. */
  digest: z.string().optional(),
  tags: z.array(z.string()),
});
export type HistoryEntryView = z.infer<typeof historyEntry>;

const params = z.object({ id: z.string() });
const reason = z.string().max(500).optional();
const view = { permission: 'deploy-svc:deployment:view', params, status: 200 } as const;
const edit = {
  permission: 'deploy-svc:deployment:edit',
  params,
  bodyJudgedBy: 'domain',
  status: 200,
} as const;

/** What was done to one deployment, and going back. Revisions are named by number or by tag. */
export const historyRoutes = {
  deploymentHistory: {
    ...view,
    asOf: true,
    summary: 'Everything that was done to a deployment, newest first: who, why, what it changed, and what became of it',
    query: z.object({
      limit: z.coerce.number<number | string>().int().min(1).max(1_000).optional(),
      /** Only what stands before this position. */
      before: z.coerce.number<number | string>().int().min(1).optional(),
    }),
    /** `before`: ask for what is older with it; absent at the end. */
    response: z.strictObject({ entries: z.array(historyEntry), before: z.int().optional() }),
  },
  diffDeployment: {
    ...view,
    asOf: true,
    summary: 'What differs between two revisions; by default between the present one and the one before it',
    query: z.object({ from: z.string().optional(), to: z.string().optional() }),
    response: z.strictObject({ from: z.int(), to: z.int(), changes: z.array(change) }),
  },
  blameDeployment: {
    ...view,
    asOf: true,
    summary: 'For each field of the spec the save that set its present value',
    response: z.strictObject({
      fields: z.array(
        z.strictObject({
          field: z.string(),
          value: z.unknown(),
          position: z.int(),
          at: z.string(),
          author: z.string(),
          reason: z.string().optional(),
        }),
      ),
    }),
  },
  rollbackDeployment: {
    ...edit,
    summary: 'Rolls out a new revision from the spec and the template of an earlier one',
    body: z.object({ to: z.union([z.string(), z.int()]).optional(), reason }),
    response: z.strictObject({ to: z.int(), image: z.string() }),
  },
  tagRevision: {
    ...edit,
    summary: 'Gives a revision a name; one that has the name loses it',
    body: z.object({ name: z.string(), revision: z.int().optional(), reason }),
    response: z.strictObject({ name: z.string(), revision: z.int() }),
  },
  untagRevision: {
    ...edit,
    summary: 'Takes the name of a revision away',
    body: z.object({ name: z.string() }),
    response: z.strictObject({}),
  },
} as const satisfies Record<string, Route>;
