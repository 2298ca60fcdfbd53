import { pause } from '../../clock.ts';
import type { NodeState } from '../../domain/node/evolve.ts';
import { LABEL, type Engine, type EngineEvent } from '../../engine/engine.ts';
import type { WorkerDeps } from '../deps.ts';
import type { Membership } from '../membership.ts';
import { heartbeat } from './heartbeat.ts';
import { inspectNode, reportDeath } from './inspect-node.ts';

const HEARTBEAT_MS = 1_000;
/** A full inspection all the same, however quiet the events are. */
const INSPECT_MS = 30_000;
const RETRY_MS = 500;

/** Follows one engine for one life of the worker: a full inspection on every connect, then its events. */
export async function watchNode(deps: WorkerDeps, node: NodeState, life: Membership): Promise<void> {
  const log = deps.log.with({ nodeId: node.id });
  const engine = deps.engines.at(node.url);
  let away = false;
  while (!life.ended.aborted) {
    try {
      await watchOnce(deps, node, engine, life.ended, () => {
        if (away) log.info('engine is back');
        away = false;
      });
    } catch (error) {
      if (life.ended.aborted) return;
      if (!away) log.warn('engine cannot be watched', { error: String(error) });
      away = true;
    }
    await pause(deps.clock, RETRY_MS, life.ended);
  }
}

/** Until the engine goes away (throws), or the life ends. */
async function watchOnce(
  deps: WorkerDeps,
  node: NodeState,
  engine: Engine,
  ended: AbortSignal,
  onConnect: () => void,
): Promise<void> {
  const { now } = await engine.info(ended);
  onConnect();
  const over = new AbortController();
  const signal = AbortSignal.any([ended, over.signal]);
  const inspecting = inspectEvery(deps, node, engine, signal);
  const beating = beat(deps, node, engine, signal);
  try {
    // Events from before the inspection on: what happens in between is seen twice rather than not at all.
    await Promise.race([follow(deps, node, engine, now, signal), inspecting, beating]);
  } finally {
    over.abort();
    await Promise.allSettled([inspecting, beating]);
  }
}

async function follow(
  deps: WorkerDeps,
  node: NodeState,
  engine: Engine,
  since: Date,
  signal: AbortSignal,
): Promise<void> {
  for await (const event of engine.events({ since, signal })) {
    if (isOurDeath(event, deps.installationId)) await reportDeath(deps, engine, node, event);
  }
}

function isOurDeath({ type, labels }: EngineEvent, installationId: string): boolean {
  return type === 'die' && labels[LABEL.owner] === installationId;
}

async function inspectEvery(deps: WorkerDeps, node: NodeState, engine: Engine, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await inspectNode(deps, engine, node, signal);
    await pause(deps.clock, INSPECT_MS, signal);
  }
}

async function beat(deps: WorkerDeps, node: NodeState, engine: Engine, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await engine.info(signal);
    await heartbeat(deps, node.id);
    await pause(deps.clock, HEARTBEAT_MS, signal);
  }
}
