import { pause } from '../../clock.ts';
import type { NodeState } from '../../domain/node/evolve.ts';
import { LABEL, type Engine, type EngineEvent } from '../../engine/engine.ts';
import type { WorkerDeps } from '../deps.ts';
import { probeNode, type NodeProber } from '../probe/probe-node.ts';
import { sampleGpus } from './gpu-telemetry.ts';
import type { Heartbeats } from './heartbeat.ts';
import { inspectNode, reportDeath } from './inspect-node.ts';
import { recordLiveness } from './liveness.ts';
import { Pulse } from './pulse.ts';
import type { Residents } from './residents.ts';

/** A full inspection all the same, however quiet the events are. */
const INSPECT_MS = 30_000;
const RETRY_MS = 200;

/** A node to watch, what is known of its replicas, and where its answers are told. */
export interface Watched {
  readonly deps: WorkerDeps;
  readonly node: NodeState;
  readonly residents: Residents;
  readonly heartbeats: Heartbeats;
}

interface Watch extends Watched {
  readonly engine: Engine;
  readonly pulse: Pulse;
}

/** Follows one engine until the signal aborts: a full inspection on every connect, then its events. */
export async function watchNode(watched: Watched, ended: AbortSignal): Promise<void> {
  const { deps, node } = watched;
  const log = deps.log.with({ nodeId: node.id });
  const engine = deps.engines.at(node.url);
  const watch = { ...watched, engine, pulse: new Pulse(engine) };
  let away = false;
  while (!ended.aborted) {
    try {
      await watchOnce(watch, ended, () => {
        if (away) log.info('engine is back');
        away = false;
      });
    } catch (error) {
      if (ended.aborted) return;
      if (!away) log.warn('engine cannot be watched', { error: String(error) });
      away = true;
      await reportSilence(watch, String(error)).catch((failure: unknown) =>
        log.warn('the loss of the node could not be recorded', { error: String(failure) }),
      );
    }
    await pause(deps.clock, RETRY_MS, ended);
  }
}

async function reportSilence({ deps, node, pulse }: Watch, reason: string): Promise<void> {
  if (!pulse.lost) return;
  const data = { nodeId: node.id, silentMs: pulse.silentMs, reason };
  await recordLiveness(deps, node.id, { type: 'NodeLost', data });
}

/** Until the engine goes away (throws), or the watch ends. */
async function watchOnce(watch: Watch, ended: AbortSignal, onConnect: () => void): Promise<void> {
  const { engine, pulse } = watch;
  await pulse.ask(ended);
  const { now } = await engine.info(ended);
  onConnect();
  const over = new AbortController();
  const signal = AbortSignal.any([ended, over.signal]);
  const beating = beat(watch, signal);
  const inspecting = takeStock(watch, signal);
  const prober = probeNode(watch, signal);
  const sampling = sampleGpus(watch.deps, watch.node, engine, signal);
  try {
    // Events from before the inspection on: what happens in between is seen twice rather than not at all.
    await Promise.race([follow(watch, prober, now, signal), inspecting, beating]);
  } finally {
    over.abort();
    await Promise.allSettled([inspecting, beating, prober.done, sampling]);
  }
}

async function follow(
  { deps, node, engine }: Watch,
  prober: NodeProber,
  since: Date,
  signal: AbortSignal,
): Promise<void> {
  const outOfMemory = new Set<string>();
  for await (const event of engine.events({ since, signal })) {
    prober.hear(event);
    if (event.type === 'oom') outOfMemory.add(event.containerId);
    if (!isOurDeath(event, deps.installationId)) continue;
    await reportDeath(deps, engine, node, event, outOfMemory.delete(event.containerId));
  }
}

function isOurDeath({ type, labels }: EngineEvent, installationId: string): boolean {
  return type === 'die' && labels[LABEL.owner] === installationId;
}

/** A node that comes back counts only after what it no longer owns is gone. */
async function takeStock({ deps, node, engine }: Watch, signal: AbortSignal): Promise<void> {
  for (let first = true; !signal.aborted; first = false) {
    await inspectNode(deps, engine, node, signal);
    if (first) await recordLiveness(deps, node.id, { type: 'NodeReturned', data: { nodeId: node.id } });
    await pause(deps.clock, INSPECT_MS, signal);
  }
}

function beat({ deps, node, pulse, heartbeats }: Watch, signal: AbortSignal): Promise<void> {
  return pulse.beat(deps.clock, signal, () => heartbeats.answered(node.id));
}
