import { type ContainerSpec, type Created, LABEL } from '../engine.ts';
import { EngineError } from '../engine-error.ts';
import { normalReference, type SimulatedHost } from './host.ts';

const LEAST_MEMORY = 6 * 2 ** 20;

/** See `Engine.create`; refuses the limits that Docker refuses. */
export function createContainer(host: SimulatedHost, spec: ContainerSpec): Created {
  const fail = (code: ConstructorParameters<typeof EngineError>[0], words: string): EngineError =>
    new EngineError(code, `create container ${spec.name} on simulated://${host.name}: ${words}`);
  if (spec.cpuMillis !== undefined && (spec.cpuMillis < 10 || spec.cpuMillis > host.capacity.cpuMillis)) {
    throw fail('refused', `Range of CPUs is from 0.01 to ${(host.capacity.cpuMillis / 1_000).toFixed(2)}`);
  }
  if (spec.memoryBytes !== undefined && spec.memoryBytes < LEAST_MEMORY)
    throw fail('refused', 'Minimum memory limit allowed is 6MB');
  const image = normalReference(spec.image);
  if (!host.images.has(image)) throw fail('image-not-found', `No such image: ${image}`);
  const existing = host.find(spec.name);
  if (existing === undefined) {
    const container = host.addContainer(spec, { [LABEL.managed]: 'true', ...spec.labels });
    host.tell(container, { type: 'create' });
    return { containerId: container.id, adopted: false };
  }
  const same = [LABEL.replica, LABEL.generation].every(
    (label) => existing.labels[label] !== undefined && existing.labels[label] === spec.labels[label],
  );
  if (same) return { containerId: existing.id, adopted: true };
  throw fail(
    'name-taken',
    `Conflict. The container name "/${spec.name}" is already in use by container "${existing.id}".`,
  );
}
