import type { Deadlines } from '../deadlines.ts';
import { type Engine, LABEL } from '../engine.ts';
import { simulateBuild } from './build.ts';
import { type Calls, createCalls } from './calls.ts';
import { toState } from './container.ts';
import { createContainer } from './create.ts';
import { normalReference, type SimulatedHost } from './host.ts';
import { removeContainer, startContainer, stopContainer } from './lifecycle.ts';
import { readGpus } from './gpus.ts';
import { imageTransfer } from './image-transfer.ts';
import { pullImage } from './pull.ts';
import { answerOf } from './answer.ts';
import { openSession } from './session.ts';
import { SERVER_IMAGE } from './script.ts';
import { readEvents, readLogs } from './streams.ts';
import { surroundings } from './surroundings.ts';

/** A handle to a simulated host. Closing it leaves the host as it is. */
export function connectSimulated(host: SimulatedHost, deadlines?: Partial<Deadlines>): Engine {
  const calls = createCalls(host, deadlines);
  const info = (): { name: string; version: string; now: Date } => ({
    name: host.name,
    version: 'simulated',
    now: host.clock.now(),
  });
  return {
    url: `simulated://${host.name}`,
    ping: (signal) => calls.run('ping', signal, () => undefined),
    info: (signal) => calls.run('info', signal, info),
    capacity: (signal) => calls.run('capacity', signal, () => host.capacity),
    gpus: (signal) => calls.run('gpus', signal, () => readGpus(host)),
    hasImage: (reference, signal) => calls.run('hasImage', signal, () => host.images.has(normalReference(reference))),
    pull: (reference, onProgress, signal) =>
      calls.run('pull', signal, () =>
        pullImage(host, reference, onProgress, signal ? AbortSignal.any([signal, calls.closed]) : calls.closed),
      ),
    build: (context, tag, onLine, signal) =>
      calls.run('build', signal, async () => {
        await simulateBuild(context, tag, onLine ?? (() => undefined));
        host.images.set(normalReference(tag), host.options.built?.(tag) ?? SERVER_IMAGE);
      }),
    ...containerCalls(host, calls),
    ...imageTransfer(host, calls),
    ...surroundings(host, calls),
    logs: (id, options) => readLogs(host, calls, id, options),
    events: (options) => readEvents(host, calls, options),
    [Symbol.asyncDispose]: async () => calls.close(),
  };
}

type ContainerCalls = Pick<
  Engine,
  'create' | 'start' | 'stop' | 'remove' | 'list' | 'inspect' | 'exec' | 'openSession' | 'stats'
>;

function containerCalls(host: SimulatedHost, calls: Calls): ContainerCalls {
  return {
    create: (spec, signal) => calls.run('create', signal, () => createContainer(host, spec)),
    start: (id, signal) => calls.run('start', signal, () => startContainer(host, host.get(id))),
    stop: (id, graceSeconds, signal) => {
      const graceMs = Math.max(0, Math.ceil(graceSeconds)) * 1_000;
      const work = async (): Promise<void> => {
        const container = host.find(id);
        if (container !== undefined) await stopContainer(host, container, graceMs);
      };
      return calls.run('stop', signal, work, graceMs);
    },
    remove: (id, signal) =>
      calls.run('remove', signal, () => {
        const container = host.find(id);
        if (container !== undefined) removeContainer(host, container);
      }),
    list: (signal) =>
      calls.run('list', signal, () =>
        [...host.containers.values()].filter((each) => each.labels[LABEL.managed] !== undefined).map(toState),
      ),
    inspect: (idOrName, signal) =>
      calls.run('inspect', signal, () => {
        const container = host.find(idOrName);
        return container && toState(container);
      }),
    exec: (id, command, { timeoutMs, signal }) =>
      calls.run(
        'exec',
        signal,
        async () => {
          const answer = await answerOf(host, host.get(id), { type: 'exec', command }, { timeoutMs, signal });
          return { exitCode: answer?.code, output: answer?.text ?? '' };
        },
        timeoutMs,
      ),
    openSession: (id, command, options) =>
      calls.run('openSession', options.signal, () => openSession(host, calls, host.get(id), command, options)),
    stats: (id, signal) =>
      calls.run('stats', signal, () => {
        const container = host.get(id);
        if (container.phase !== 'running') return { cpuMillis: 0, memoryBytes: 0 };
        const { cpuMillis, memoryBytes } = container.stats;
        return { cpuMillis: Math.min(cpuMillis, container.spec.cpuMillis ?? host.capacity.cpuMillis), memoryBytes };
      }),
  };
}
