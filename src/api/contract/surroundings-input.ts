import { z } from 'zod';

import { SECURITY_PROFILES } from '../../domain/container/settings.ts';
import { probesInput } from './probe-input.ts';

const volume = z.object({
  source: z
    .string()
    .min(1)
    .meta({
      description: 'The name of a volume, or an absolute path of the node where ALLOW_HOST_PATHS lists it.',
      examples: ['shop-data'],
    }),
  target: z
    .string()
    .min(1)
    .meta({ description: 'Where the container finds it: an absolute path of its own.', examples: ['/data'] }),
  readOnly: z
    .boolean()
    .optional()
    .meta({ description: 'The container may only read it.', default: false, examples: [true] }),
});

/** What surrounds a container, as it is written in a definition or in a deployment, whose own wins. */
export const surroundingsInput = {
  volumes: z
    .array(volume.meta({ description: 'One volume.' }))
    .optional()
    .meta({ description: 'What is mounted into the container.' }),
  network: z
    .object({
      mode: z
        .string()
        .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/)
        .meta({ description: 'bridge, host, none, or the name of a network of the node.', examples: ['host'] }),
    })
    .optional()
    .meta({ description: 'The network that the container is in; absent: the bridge of its node.' }),
  security: z
    .object({
      profile: z
        .enum(SECURITY_PROFILES)
        .optional()
        .meta({
          description:
            'restricted: no capability, no root, and a file system that is read-only but for volumes and 64 MB of /tmp.',
          default: 'default',
          examples: ['restricted'],
        }),
      pidsLimit: z
        .int()
        .min(8)
        .max(4_194_304)
        .optional()
        .meta({ description: 'How many processes and threads it may have.', default: 1024, examples: [256] }),
    })
    .optional()
    .meta({ description: 'What the container may do on its node.' }),
  probes: probesInput.optional().meta({
    description: 'How its health is asked for; absent: its HEALTHCHECK, else a connection to its first port.',
  }),
} as const;
