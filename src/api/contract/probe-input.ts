import { z } from 'zod';

const port = z
  .int()
  .min(1)
  .max(65_535)
  .meta({ description: "The container's own port; its first one where absent.", examples: [8080] });

const seconds = z.int().min(1).max(3_600);
const threshold = z.int().min(1).max(100);

const probe = z.object({
  http: z
    .object({
      path: z
        .string()
        .regex(/^\/[\x21-\x7e]*$/)
        .meta({ description: 'The path that is asked, with its query if there is one.', examples: ['/healthz'] }),
      port: port.optional(),
    })
    .optional()
    .meta({ description: 'Ask by GET; a status from 200 to 399 passes.' }),
  tcp: z
    .object({ port: port.optional() })
    .optional()
    .meta({ description: 'Ask by connecting; a connection that is accepted and kept passes.' }),
  exec: z
    .object({
      command: z
        .array(z.string().meta({ description: 'A word of the command.' }))
        .min(1)
        .meta({ description: 'The words of the command, without a shell.', examples: [['test', '-f', '/tmp/ready']] }),
    })
    .optional()
    .meta({ description: 'Ask by a command in the container; exit code 0 passes.' }),
  periodSeconds: seconds
    .optional()
    .meta({ description: 'How often it is asked.', default: 10, 'x-unit': 'seconds', examples: [5] }),
  timeoutSeconds: seconds
    .optional()
    .meta({ description: 'How long an answer may take.', default: 1, 'x-unit': 'seconds', examples: [2] }),
  failureThreshold: threshold.optional().meta({
    description: 'How many failures in a row turn it; for the start probe, how many periods it may take to come up.',
    default: 3,
    examples: [30],
  }),
  successThreshold: threshold.optional().meta({
    description: 'How many passes in a row turn it; only a ready probe may have more than 1.',
    default: 1,
    examples: [1],
  }),
});

/** Where the fields of a probe exclude each other: exactly one of these is there. */
const CHECKS = { 'x-exactly-one-of': ['http', 'tcp', 'exec'] };

/** How the health of replicas is asked for, as it is written in a deployment or a definition. */
export const probesInput = z.object({
  start: probe
    .optional()
    .meta({ description: 'Has it come up? Until this passes the others do not count.', ...CHECKS }),
  ready: probe
    .optional()
    .meta({ description: 'May it get traffic? While this fails it is out of service.', ...CHECKS }),
  live: probe.optional().meta({ description: 'Is it alive? When this fails it is replaced.', ...CHECKS }),
});
