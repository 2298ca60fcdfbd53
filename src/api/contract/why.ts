import { z } from 'zod';

import type { Route } from './route.ts';

/** One event in words. */
const sentence = z.strictObject({
  /** Of the event that it rests on. */
  position: z.int(),
  eventId: z.string(),
  /** RFC 3339. */
  at: z.string(),
  type: z.string(),
  actor: z.string(),
  text: z.string(),
});
export type SentenceView = z.infer<typeof sentence>;

export const explanation = z.strictObject({
  kind: z.enum(['deployment', 'replica', 'instance', 'node', 'definition', 'build', 'event']),
  id: z.string(),
  /** Of a deployment: why it is in its state, from the last save to what each replica waits for. */
  standing: z.array(z.string()).optional(),
  /** In the order of the log: from what was asked for to what came of it. */
  sentences: z.array(sentence),
  /** Events that led to it and are left out: the caller may not see them. */
  hidden: z.int().optional(),
});
export type Explanation = z.infer<typeof explanation>;

export const obstacles = z.strictObject({
  deploymentId: z.string(),
  /** Nothing is missing, and nothing is in the way. */
  well: z.boolean(),
  summary: z.string(),
  /** What is in the way, and the command that comes next where there is one. */
  blocks: z.array(z.strictObject({ what: z.string(), next: z.string().optional() })),
  /** Where replicas fit no node: what each node lacks. */
  nodes: z.array(
    z.strictObject({
      nodeId: z.string(),
      lacks: z.array(z.strictObject({ filter: z.string(), need: z.string(), have: z.string() })),
    }),
  ),
  /** Changes each of which would let all replicas fit, as the planner itself says; the smallest first. */
  suggestions: z.array(z.string()),
});
export type Obstacles = z.infer<typeof obstacles>;

const traced = z.strictObject({
  ...sentence.shape,
  stream: z.string(),
  /** Absent: nothing led to it that the log knows of. */
  causationId: z.string().optional(),
  /** Milliseconds after the first. */
  afterMs: z.int(),
});
export const trace = z.strictObject({
  eventId: z.string(),
  position: z.int(),
  correlationId: z.string(),
  /** What led to it, itself, and all that it led to, in the order of the log. */
  events: z.array(traced),
  /** The correlation has more events than are looked at. */
  truncated: z.boolean(),
  /** Events that are left out: the caller may not see them. */
  hidden: z.int().optional(),
});
export type Trace = z.infer<typeof trace>;

export const incident = z.strictObject({
  subject: z.string(),
  from: z.string().optional(),
  until: z.string().optional(),
  durationMs: z.int(),
  counts: z.strictObject({
    events: z.int(),
    scheduled: z.int(),
    ready: z.int(),
    failed: z.int(),
    stopped: z.int(),
  }),
  actors: z.array(z.string()),
  timeline: z.array(sentence),
  truncated: z.boolean(),
  /** All of it as Markdown. */
  markdown: z.string(),
});
export type Incident = z.infer<typeof incident>;

const id = z.object({ id: z.string() });

export const whyRoutes = {
  why: {
    summary:
      'Why it is as it is: the chain of events from the request to the container, in sentences; to whoever may see it',
    permission: 'authenticated',
    asOf: true,
    params: id,
    status: 200,
    response: explanation,
  },
  whyNot: {
    summary:
      'Why a deployment or a replica is not up, and the smallest change that would let it fit; to whoever may see it',
    permission: 'authenticated',
    params: id,
    status: 200,
    response: obstacles,
  },
  trace: {
    summary: 'What led to an event, and all that it led to, of what the caller may see',
    permission: 'authenticated',
    asOf: true,
    params: z.object({ eventId: z.string() }),
    status: 200,
    response: trace,
  },
  report: {
    summary:
      'The timeline of a correlation, or with of=deployment of a deployment, for the review of an incident: what of it the caller may see',
    permission: 'authenticated',
    asOf: true,
    params: z.object({ correlationId: z.string() }),
    query: z.object({
      of: z.enum(['correlation', 'deployment']).default('correlation'),
      since: z.iso.datetime({ offset: true }).optional(),
    }),
    status: 200,
    response: incident,
  },
} as const satisfies Record<string, Route>;
