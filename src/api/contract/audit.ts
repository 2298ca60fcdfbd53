import { z } from 'zod';

import { archive } from '../../domain/archive/archive.ts';
import { checkpoint } from '../../domain/audit/checkpoint.ts';
import type { Route } from './route.ts';

const position = z.coerce.number().int().nonnegative();

/** Where something is wrong with the log, and what. */
const fault = z.strictObject({ position: z.number().int(), what: z.string() });

export const auditRoutes = {
  verifyLog: {
    summary: 'Computes the hashes of a part of the log again, and checks the signed checkpoints in it',
    permission: 'deploy-svc:audit:view',
    query: z.object({
      after: position.default(0),
      limit: z.coerce.number().int().min(1).max(500_000).default(100_000),
    }),
    status: 200,
    response: z.strictObject({
      /** The last position that was looked at. */
      until: z.number().int(),
      head: z.strictObject({ position: z.number().int(), hash: z.string() }),
      checkpoints: z.number().int(),
      /** The last checkpoint of that part that holds. */
      lastCheckpoint: checkpoint.optional(),
      fault: fault.optional(),
    }),
  },
  exportLog: {
    summary: 'Events in the words that their hashes are over, for whoever verifies them without the database',
    permission: 'deploy-svc:audit:view',
    query: z.object({ after: position.default(0), limit: z.coerce.number().int().min(1).max(5_000).default(1_000) }),
    status: 200,
    response: z.strictObject({
      events: z.array(z.strictObject({ body: z.string(), hash: z.string(), position: z.number().int() })),
      head: z.number().int(),
    }),
  },
  listCheckpoints: {
    summary: 'The signed checkpoints of the log, in order',
    permission: 'deploy-svc:audit:view',
    query: z.object({ after: position.default(0), limit: z.coerce.number().int().min(1).max(5_000).default(1_000) }),
    status: 200,
    response: z.strictObject({ checkpoints: z.array(checkpoint) }),
  },
  listArchives: {
    summary: 'The closed ranges of the log that lie in files, in order',
    permission: 'deploy-svc:audit:view',
    status: 200,
    /** `before` and `hash`: of the events before the first and at the last; `sha256`: of the file. */
    response: z.strictObject({
      archives: z.array(z.strictObject({ ...archive.shape, at: z.string(), actor: z.string() })),
    }),
  },
  replayDecisions: {
    summary:
      'Takes recorded decisions again, with the state, the time and the seed that they had, and tells which would be others',
    permission: 'deploy-svc:audit:view',
    query: z.object({ after: position.default(0), limit: z.coerce.number().int().min(1).max(5_000).default(1_000) }),
    status: 200,
    response: z.strictObject({
      until: z.number().int(),
      head: z.number().int(),
      decisions: z.number().int(),
      differences: z.array(
        z.strictObject({
          position: z.number().int(),
          deploymentId: z.string(),
          recorded: z.string().optional(),
          again: z.string().optional(),
        }),
      ),
    }),
  },
  auditKeys: {
    summary: 'The public keys that checkpoints are signed with',
    permission: 'deploy-svc:audit:view',
    status: 200,
    response: z.strictObject({
      keys: z.array(z.strictObject({ id: z.string(), publicKey: z.string(), current: z.boolean() })),
    }),
  },
} as const satisfies Record<string, Route>;
