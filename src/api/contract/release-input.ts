import { z } from 'zod';

import { COURSE_DEFAULTS } from '../../domain/deployment/course.ts';
import { RELEASE_BOUNDS } from '../../domain/deployment/parse-release.ts';

type Bounded = { readonly min: number; readonly max: number };
const whole = ({ min, max }: Bounded) => z.int().min(min).max(max).optional();
const any = ({ min, max }: Bounded) => z.number().min(min).max(max).optional();

const smoke = z.strictObject({
  path: z
    .string()
    .regex(/^\/[\x21-\x7e]*$/)
    .meta({ description: 'What is asked for with GET.', examples: ['/healthz'] }),
  port: z
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .meta({
      description: "The container's own port. Absent: its first.",
      examples: [8080],
    }),
  expectStatus: whole(RELEASE_BOUNDS.expectStatus).meta({
    description: 'The status that passes. Absent: any from 200 to 399.',
    examples: [204],
  }),
  timeoutSeconds: whole(RELEASE_BOUNDS.timeoutSeconds).meta({
    description: 'How long each instance has for its answer.',
    default: COURSE_DEFAULTS.smokeTimeoutSeconds,
    examples: [5],
    'x-unit': 'seconds',
  }),
});

const step = z.strictObject({
  weight: z
    .int()
    .min(RELEASE_BOUNDS.weight.min)
    .max(RELEASE_BOUNDS.weight.max)
    .meta({
      description: 'What part of the requests the new revision gets; more than in the step before.',
      examples: [25],
      'x-unit': 'percent',
    }),
  pauseSeconds: whole(RELEASE_BOUNDS.pauseSeconds).meta({
    description: 'How long the step is looked at. Absent: until somebody promotes it (oo deployment promote).',
    examples: [300],
    'x-unit': 'seconds',
  }),
});

const prometheus = z.strictObject({
  url: z
    .string()
    .regex(/^https?:\/\/\S+$/)
    .meta({ description: 'Where Prometheus answers.', examples: ['http://prometheus:9090'] }),
  query: z
    .string()
    .min(RELEASE_BOUNDS.query.min)
    .max(RELEASE_BOUNDS.query.max)
    .meta({
      description: 'What is asked, as an instant query; {{deployment}} and {{revision}} are filled in.',
      examples: ['sum(rate(checkout_failures_total{revision="{{revision}}"}[1m]))'],
    }),
  max: z
    .number()
    .optional()
    .meta({ description: 'A greater value has failed.', examples: [0.5] }),
  min: z
    .number()
    .optional()
    .meta({ description: 'A smaller value has failed. One of max and min.', examples: [0.99] }),
});

const analysis = z.strictObject({
  maxErrorPercent: any(RELEASE_BOUNDS.maxErrorPercent).meta({
    description: 'More answers of 500 and above, or none at all, and the canary has failed.',
    default: COURSE_DEFAULTS.maxErrorPercent,
    examples: [0.5],
    'x-unit': 'percent',
  }),
  maxLatencyMs: whole(RELEASE_BOUNDS.maxLatencyMs).meta({
    description: 'A longer time at the percentile, and the canary has failed. Absent: not looked at.',
    examples: [500],
    'x-unit': 'milliseconds',
  }),
  percentile: any(RELEASE_BOUNDS.percentile).meta({
    description: 'So many percent of the requests have to be answered within maxLatencyMs.',
    default: COURSE_DEFAULTS.percentile,
    examples: [95],
    'x-unit': 'percent',
  }),
  maxRestarts: whole(RELEASE_BOUNDS.maxRestarts).meta({
    description: 'More failures of its replicas in one step, and the canary has failed.',
    default: COURSE_DEFAULTS.maxRestarts,
    examples: [0],
    'x-unit': 'failures',
  }),
  minRequests: whole(RELEASE_BOUNDS.minRequests).meta({
    description:
      'A step passes on so many requests at least. Absent: none are needed, and fewer than 100 are not judged.',
    examples: [1000],
    'x-unit': 'requests',
  }),
  intervalSeconds: whole(RELEASE_BOUNDS.intervalSeconds).meta({
    description: 'How often the numbers are looked at.',
    default: COURSE_DEFAULTS.intervalSeconds,
    examples: [10],
    'x-unit': 'seconds',
  }),
  prometheus: prometheus.optional().meta({ description: 'A number of your own, which Prometheus has.' }),
});

/** What a strategy says of a second set, as it is asked for. */
export const releaseInput = {
  automatic: z
    .boolean()
    .optional()
    .meta({
      description: 'With BlueGreen or Canary; false: nothing goes a step further before somebody promotes it.',
      default: true,
      examples: [false],
    }),
  smoke: smoke.optional().meta({
    description: 'With BlueGreen: asked of every new instance before the requests are switched to them.',
  }),
  keepSeconds: whole(RELEASE_BOUNDS.keepSeconds).meta({
    description: 'With BlueGreen: how long the earlier instances stay after the switch, for an instant switch back.',
    default: COURSE_DEFAULTS.keepSeconds,
    examples: [600],
    'x-unit': 'seconds',
  }),
  steps: z
    .array(step.meta({ description: 'A part of the requests, and how long it is looked at.' }))
    .min(RELEASE_BOUNDS.steps.min)
    .max(RELEASE_BOUNDS.steps.max)
    .optional()
    .meta({
      description: 'With Canary: the parts of the requests that the new revision gets, one after the other; then all.',
      default: COURSE_DEFAULTS.steps.map((each) => ({ ...each })),
      examples: [[{ weight: 10, pauseSeconds: 60 }, { weight: 50 }]],
    }),
  analysis: analysis.optional().meta({ description: 'With Canary: what each step is judged by, from its beginning.' }),
} as const;
