import { pause } from '../../clock.ts';
import type { NodeState } from '../../domain/node/evolve.ts';
import { isReadyOnceUp, probePlanOf } from '../../domain/probe/plan.ts';
import type { ReplicaState } from '../../domain/replica/evolve.ts';
import type { Template } from '../../domain/template.ts';
import type { Engine, EngineEvent } from '../../engine/engine.ts';
import { unitHash } from '../../planner/hash.ts';
import { identityOf } from '../container.ts';
import type { WorkerDeps } from '../deps.ts';
import { reachableHost } from '../node-host.ts';
import type { Residents } from '../watch/residents.ts';
import { ask, type Target } from './ask.ts';
import { doorbell, type Doorbell } from '../../doorbell.ts';
import { carryOut } from './carry-out.ts';
import { probeReplica } from './probe-replica.ts';
import { askProven } from './proven.ts';
import { askTold } from './told.ts';

const AGAIN_MS = 1_000;
/** A replica whose job has not said yet whether it is ready tells by an event: this is the net below. */
const LOOK_MS = 30_000;

export interface Probed {
  readonly deps: WorkerDeps;
  readonly node: NodeState;
  readonly engine: Engine;
  readonly residents: Residents;
}

/** Asks the replicas of one node, as long as its engine answers. */
export interface NodeProber {
  /** The engine's events, of which those of health matter. */
  hear(event: EngineEvent): void;
  readonly done: Promise<void>;
}

/** One generation of a replica that is being asked. */
interface Subject {
  replica: ReplicaState;
  readonly bell: Doorbell;
  readonly end: AbortController;
}

/** Asks what is up on the node until the signal aborts. Counts begin anew with every watch; what they led to is in the log. */
export function probeNode(probed: Probed, signal: AbortSignal): NodeProber {
  const subjects = new Map<string, Subject>();
  const under = new Set<Promise<void>>();
  const begin = (replica: ReplicaState): void => {
    const subject: Subject = { replica, bell: doorbell(), end: new AbortController() };
    subjects.set(replica.id, subject);
    const asking = askAgain(probed, subject, AbortSignal.any([signal, subject.end.signal]));
    under.add(asking);
    void asking.finally(() => under.delete(asking));
  };
  const onReplica = (replica: ReplicaState): void => {
    const before = subjects.get(replica.id);
    const up = replica.status === 'Running' || replica.status === 'Ready';
    if (before !== undefined && up && before.replica.generation === replica.generation) {
      before.replica = replica;
      return before.bell.ring();
    }
    before?.end.abort();
    subjects.delete(replica.id);
    if (up) begin(replica);
  };
  probed.residents.watch(probed.node.id, onReplica, signal);
  const ended = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  return {
    hear({ type, labels }) {
      const identity = type === 'health' ? identityOf(labels) : undefined;
      const subject = identity && subjects.get(identity.replicaId);
      if (subject?.replica.generation === identity?.generation) subject?.bell.ring();
    },
    done: ended.then(async () => void (await Promise.all(under))),
  };
}

/** What fails here is this process' own trouble, as a database that is away: the replica is asked again, from the beginning. */
async function askAgain(probed: Probed, subject: Subject, signal: AbortSignal): Promise<void> {
  const { clock, log } = probed.deps;
  while (!signal.aborted) {
    try {
      return await askSubject(probed, subject, await templateOf(probed, subject.replica), signal);
    } catch (error) {
      if (signal.aborted) return;
      log.warn('a replica could not be asked; trying again', { replicaId: subject.replica.id, error: String(error) });
      await pause(clock, AGAIN_MS, signal);
    }
  }
}

async function askSubject(
  { deps, node, engine }: Probed,
  subject: Subject,
  { probes, ports }: Template,
  signal: AbortSignal,
): Promise<void> {
  const { clock } = deps;
  const { id, healthcheck = false, containerId = '' } = subject.replica;
  // Nothing but the first look of its start job decides on it.
  const undecided = (): boolean =>
    isReadyOnceUp(probes, healthcheck) && subject.replica.status === 'Running' && subject.replica.unready === undefined;
  while (!signal.aborted && undecided()) await subject.bell.wait(clock, LOOK_MS, signal);
  if (signal.aborted) return;
  const { replica } = subject;
  const host = reachableHost(node.url);
  const target: Target = { engine, containerId, host, ports: replica.ports };
  const plan = probePlanOf(probes, {
    ports: ports.map(({ internal }) => internal),
    healthcheck,
    answered: replica.answered ?? false,
  });
  await probeReplica({
    plan,
    known: {
      started: replica.unready !== undefined,
      inService: replica.status === 'Ready',
      told: replica.unready !== undefined,
    },
    phase: unitHash(id),
    clock,
    signal,
    bell: subject.bell,
    ask: askProven(
      askTold((probe, given) => ask(target, probe, given), deps.onProbe),
      replica.unready !== undefined,
    ),
    onTurn: (verdict) => carryOut(deps, engine, replica, verdict, signal),
  });
}

async function templateOf({ deps }: Probed, { deploymentId, revision }: ReplicaState): Promise<Template> {
  const template = await deps.templates(deploymentId, revision);
  if (template === undefined) throw new Error(`revision ${revision} of ${deploymentId} is not in the log`);
  return template;
}
