import { z } from 'zod';

import { STRATEGY_TYPES } from '../../domain/deployment/events.ts';
import { MAX_REPLICAS } from '../../domain/deployment/parse-count.ts';
import { IDENTIFIER } from '../../domain/identifier.ts';
import { MAX_GPUS } from '../../domain/node/parse-hardware.ts';
import { partingInput } from './parting-input.ts';
import { releaseInput } from './release-input.ts';
import { surroundingsInput } from './surroundings-input.ts';

const count = z.int().min(0).max(MAX_REPLICAS);
const bound = z.int().min(1).max(MAX_REPLICAS);
const percent = z.int().min(1).max(100);
const windowSeconds = z.int().min(0).max(3_600);
const size = z.string().regex(/^\d+(\.\d{1,9})?(kB?|[KMGT](i?B|i)?)?$/);

const strategy = z.strictObject({
  type: z
    .enum(STRATEGY_TYPES)
    .optional()
    .meta({
      description:
        'RollingUpdate: new replicas beside old ones, a few at a time. Recreate: all old ones stop first. BlueGreen: a full second set, then all requests at once. Canary: a part of the requests, which grows.',
      default: 'RollingUpdate',
      examples: ['Canary'],
    }),
  maxUnavailable: count.optional().meta({
    description: 'How many of the replicas may be missing during a rollout. Absent: a quarter of them, rounded down.',
    examples: [0],
    'x-unit': 'replicas',
  }),
  maxSurge: count.optional().meta({
    description:
      'How many replicas there may be beyond replicas during a rollout. Absent: a quarter of them, rounded up.',
    examples: [1],
    'x-unit': 'replicas',
  }),
  autoRollback: z
    .boolean()
    .optional()
    .meta({
      description: 'Whether a rollout that failed goes back to the last revision that was OK; else it stands still.',
      default: true,
      examples: [false],
    }),
  progressDeadlineSeconds: z
    .int()
    .min(1)
    .max(604_800)
    .optional()
    .meta({
      description: 'The rollout has failed when no further replica became ready for so long.',
      default: 600,
      examples: [120],
      'x-unit': 'seconds',
    }),
  ...partingInput,
  ...releaseInput,
});

const resources = z.strictObject({
  cpu: z
    .string()
    .regex(/^(\d+m|\d+(\.\d{1,3})?)$/)
    .optional()
    .meta({
      description: 'CPU of each replica, in cores or thousandths of one (m).',
      examples: ['500m', '2.5'],
      'x-unit': 'cores',
    }),
  memory: size.optional().meta({
    description: 'Memory of each replica. Ki, Mi, Gi, Ti are powers of 1024; k, M, G, T (with or without B) of 1000.',
    examples: ['256Mi', '1Gi'],
    'x-unit': 'bytes',
  }),
  vram: size.optional().meta({
    description: 'Memory on GPUs of each replica, written as memory is.',
    examples: ['24GB'],
    'x-unit': 'bytes',
  }),
  gpus: z
    .int()
    .min(1)
    .max(MAX_GPUS)
    .optional()
    .meta({
      description: 'Over how many cards vram is split evenly; needs vram.',
      default: 1,
      examples: [2],
      'x-unit': 'cards',
    }),
});

const autoScaling = z.strictObject({
  minReplicas: bound
    .optional()
    .meta({ description: 'Never fewer than so many.', default: 1, examples: [2], 'x-unit': 'replicas' }),
  maxReplicas: bound.optional().meta({
    description: 'Never more than so many. Absent: 100, or what was saved where that is more.',
    examples: [10],
    'x-unit': 'replicas',
  }),
  cpuThreshold: percent.optional().meta({
    description: 'Replicas are kept at so much of the CPU that they request (resources.cpu).',
    default: 80,
    examples: [70],
    'x-unit': 'percent',
  }),
  memoryThreshold: percent.optional().meta({
    description:
      'Replicas are kept at so much of the memory that they request; needs resources.memory. Absent: not looked at.',
    examples: [75],
    'x-unit': 'percent',
  }),
  scaleUpWindowSeconds: windowSeconds.optional().meta({
    description: 'How long more has to be wanted before more are started.',
    default: 0,
    examples: [60],
    'x-unit': 'seconds',
  }),
  scaleDownWindowSeconds: windowSeconds.optional().meta({
    description: 'How long fewer have to be wanted before some are stopped.',
    default: 300,
    examples: [600],
    'x-unit': 'seconds',
  }),
});

const targetRegion = z.strictObject({
  cluster: z
    .string()
    .optional()
    .meta({ description: "The node's cluster has to be this.", examples: ['us-west1'] }),
  zone: z
    .string()
    .optional()
    .meta({ description: "The node's zone has to be this.", examples: ['us-west1-b'] }),
});

/** A deployment as it is asked for. `id` absent: one is made. `status` and `details` are the server's and ignored. */
export const deploymentInput = z
  .strictObject({
    id: z
      .string()
      .regex(new RegExp(`${IDENTIFIER.source}|^$`))
      .optional()
      .meta({
        description: 'What the deployment is known by: a later save under it changes this one.',
        examples: ['depl_shop'],
      }),
    definitionId: z
      .string()
      .regex(IDENTIFIER)
      .meta({
        description: 'The definition to run; oo definition list shows those that exist.',
        examples: ['def_shop'],
      }),
    name: z
      .string()
      .optional()
      .meta({ description: 'A name for people.', examples: ['Shop'] }),
    description: z
      .string()
      .optional()
      .meta({ description: 'What it is for.', examples: ['The front of the shop'] }),
    replicas: count.optional().meta({
      description: 'How many replicas are wanted; 0 for none. With autoScaling only the first size.',
      default: 1,
      examples: [3],
      'x-unit': 'replicas',
    }),
    strategy: strategy.optional().meta({ description: 'How replicas are replaced when something about them changes.' }),
    resources: resources.optional().meta({ description: 'What each replica may use, and holds on its node.' }),
    autoScaling: autoScaling
      .optional()
      .meta({ description: 'Between how many replicas it scales itself, and by what. Absent: it does not.' }),
    targetRegions: z
      .array(targetRegion.meta({ description: 'A cluster, a zone, or a zone of a cluster.' }))
      .optional()
      .meta({ description: 'Where it may run, the most wanted place first. Absent: anywhere.' }),
    envars: z
      .record(
        z.string(),
        z.string().meta({
          description: 'The value; {{secret:name}} and {{env:NAME}} are filled in on the way to the container.',
        }),
      )
      .optional()
      .meta({
        description: 'Variables of the environment of each replica, over those of the definition.',
        examples: [{ LOG_LEVEL: 'info', DB_PASSWORD: '{{secret:db-password}}' }],
      }),
    ...surroundingsInput,
    restart: z
      .object({
        maxFailures: z
          .int()
          .min(1)
          .max(1_000)
          .optional()
          .meta({
            description:
              'After so many failures in a row of one replica nobody tries again. Absent: it is tried for ever.',
            examples: [10],
          }),
      })
      .optional()
      .meta({ description: 'How often a replica that fails is tried again.' }),
    requiredLabels: z
      .record(z.string(), z.string().meta({ description: 'What the label has to be.' }))
      .optional()
      .meta({ description: 'Labels that a node has to have.', examples: [{ disk: 'ssd' }] }),
    status: z
      .string()
      .optional()
      .meta({ description: "The server's; read over when saved.", readOnly: true, examples: ['OK'] }),
    details: z
      .string()
      .optional()
      .meta({ description: "The server's; read over when saved.", readOnly: true, examples: [''] }),
  })
  .meta({ description: 'What is wanted: which definition, how many replicas, where and how.' });
export type DeploymentInput = z.infer<typeof deploymentInput>;

/** A deployment in a file: always with its id, by which a later save finds it. */
export const deploymentFile = deploymentInput
  .extend({
    id: z
      .string()
      .regex(IDENTIFIER)
      .meta(deploymentInput.shape.id.meta() ?? {}),
  })
  .meta(deploymentInput.meta() ?? {});
