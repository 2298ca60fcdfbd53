/** Whether a node takes replicas. */
export const NODE_SCHEDULING = ['open', 'cordoned', 'draining', 'drained'] as const;
export type NodeScheduling = (typeof NODE_SCHEDULING)[number];

/** Whether its engine answers. */
export const NODE_LIVENESS = ['ready', 'lost'] as const;
export type NodeLiveness = (typeof NODE_LIVENESS)[number];

/** From which scheduling each event may come, and where it leads. */
export const NODE_SCHEDULING_TRANSITIONS = {
  NodeCordoned: { from: ['open'], to: 'cordoned' },
  NodeDrainStarted: { from: ['open', 'cordoned', 'drained'], to: 'draining' },
  NodeDrained: { from: ['draining'], to: 'drained' },
  NodeUncordoned: { from: ['cordoned', 'draining', 'drained'], to: 'open' },
} as const satisfies Record<string, { from: readonly NodeScheduling[]; to: NodeScheduling }>;

/** From which liveness each event may come, and where it leads. */
export const NODE_LIVENESS_TRANSITIONS = {
  NodeLost: { from: ['ready'], to: 'lost' },
  NodeReturned: { from: ['lost'], to: 'ready' },
} as const satisfies Record<string, { from: readonly NodeLiveness[]; to: NodeLiveness }>;
