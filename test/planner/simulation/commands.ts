import {
  decideAbort,
  decidePause,
  decidePromote,
  decideRestart,
  decideResume,
  decideScale,
} from '../../../src/domain/deployment/decide-rollout.ts';
import type { DeploymentEvent } from '../../../src/domain/deployment/evolve.ts';
import type { DomainEvent } from '../../../src/domain/event.ts';
import { Conflict, NotFound } from '../../../src/domain/problem.ts';
import { DEPLOYMENT, deploymentOf } from './planning.ts';
import { append, rowsOf, type World } from './world.ts';

/** What somebody may tell a rollout, and what may befall a node. */
export type Command =
  | { readonly type: 'pause' | 'resume' | 'abort' | 'restart' | 'restart now' | 'promote' | 'promote full' }
  | { readonly type: 'scale'; readonly replicas: number }
  | { readonly type: 'lose' | 'return' | 'drain' | 'uncordon'; readonly which: number };

const ASKED = { id: DEPLOYMENT, by: 'user/simulated' } as const;

/** Carries it out as the API does. Answers with the refusal, undefined when there was none. */
export function tell(world: World, command: Command): string | undefined {
  try {
    const [stream, events] = decided(world, command);
    if (events.length > 0) append(world, { context, appends: [{ stream, expectedVersion: 'any', events }] });
    return undefined;
  } catch (error) {
    if (error instanceof Conflict || error instanceof NotFound) return error.message;
    throw error;
  }
}

const context = { actor: 'user/simulated', correlationId: 'simulation' };

function decided(world: World, command: Command): readonly [string, readonly DomainEvent[]] {
  if ('which' in command) return ofNode(world, command);
  return [`deployment/${DEPLOYMENT}`, ofDeployment(world, command)];
}

function ofDeployment(world: World, command: Exclude<Command, { which: number }>): DeploymentEvent[] {
  const state = deploymentOf(world);
  switch (command.type) {
    case 'pause':
      return decidePause(state, ASKED);
    case 'resume':
      return decideResume(state, ASKED);
    case 'abort':
      return decideAbort(state, ASKED);
    case 'restart':
    case 'restart now':
      return decideRestart(state, { ...ASKED, now: command.type === 'restart now' });
    case 'promote':
    case 'promote full':
      return decidePromote(state, { ...ASKED, full: command.type === 'promote full' });
    case 'scale':
      return decideScale(state, { ...ASKED, replicas: command.replicas });
    default:
      return command satisfies never;
  }
}

const NODE_EVENTS = {
  return: 'NodeReturned',
  drain: 'NodeDrainStarted',
  uncordon: 'NodeUncordoned',
} as const;

/** Only what can happen to a node as it is. */
function ofNode(world: World, { type, which }: Extract<Command, { which: number }>): readonly [string, DomainEvent[]] {
  const nodes = rowsOf<{ id: string; liveness: string; scheduling: string }>(world, 'nodes');
  const node = nodes[which % nodes.length]?.state;
  const fits = {
    lose: node?.liveness === 'ready',
    return: node?.liveness === 'lost',
    drain: node?.scheduling === 'open',
    uncordon: node?.scheduling === 'draining',
  }[type];
  if (node === undefined || !fits) return ['', []];
  const nodeId = node.id;
  const event: DomainEvent =
    type === 'lose'
      ? { type: 'NodeLost', data: { nodeId, silentMs: 4_500, reason: 'silent' } }
      : { type: NODE_EVENTS[type], data: { nodeId } };
  return [`node/${nodeId}`, [event]];
}
