import { z } from 'zod';

import { DRAIN_SECONDS, GRACE_SECONDS } from '../../domain/replica/parting.ts';

/** What a replica is given when it goes, in deployments and in definitions. */
export const partingInput = {
  drainSeconds: z
    .int()
    .min(DRAIN_SECONDS.min)
    .max(DRAIN_SECONDS.max)
    .optional()
    .meta({
      description: 'How long a replica that gets no new requests any more may take to answer those that it has.',
      default: DRAIN_SECONDS.usual,
      examples: [30],
      'x-unit': 'seconds',
    }),
  graceSeconds: z
    .int()
    .min(GRACE_SECONDS.min)
    .max(GRACE_SECONDS.max)
    .optional()
    .meta({
      description: 'How long its container has from SIGTERM to SIGKILL.',
      default: GRACE_SECONDS.usual,
      examples: [20],
      'x-unit': 'seconds',
    }),
};
