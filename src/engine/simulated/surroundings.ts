import type { Engine } from '../engine.ts';
import type { Calls } from './calls.ts';
import { toState } from './container.ts';
import { normalReference, type SimulatedHost } from './host.ts';

/** What the engine tells of things that are not ours. */
export function surroundings(host: SimulatedHost, calls: Calls): Pick<Engine, 'listAll' | 'isPullable' | 'gateway'> {
  const { registry } = host.options;
  return {
    listAll: (signal) => calls.run('listAll', signal, () => [...host.containers.values()].map(toState)),
    isPullable: (reference, signal) =>
      calls.run(
        'isPullable',
        signal,
        () => registry === undefined || registry(normalReference(reference)) !== undefined,
      ),
    gateway: (signal) => calls.run('gateway', signal, () => '172.17.0.1'),
  };
}
