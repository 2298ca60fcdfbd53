import { randomUUID } from 'node:crypto';

import { connectEngine } from '../../src/engine/connect.ts';
import { NO_LATENCY } from '../../src/engine/simulated/latency.ts';
import { createSimulatedHost, dropSimulatedHost } from '../../src/engine/simulated/registry.ts';
import type { SimulatedImage } from '../../src/engine/simulated/script.ts';
import { simulatedWebImage } from '../support/simulated-web-image.ts';
import type { EngineHarness } from './harness.ts';

/** A simulated host without latency, with what the suite expects to find. */
export async function simulatedHarness(): Promise<EngineHarness> {
  const name = `conformance-${randomUUID().slice(0, 8)}`;
  const image = 'deploy-svc-test/web:1';
  const checkedImage = 'deploy-svc-test/checked:1';
  const pullable = 'registry.test/deploy-svc/web:1';
  const checked: SimulatedImage = {
    script: (spec) => ({
      steps: [...(simulatedWebImage('1').script(spec).steps ?? []), { kind: 'health', health: 'healthy', afterMs: 50 }],
    }),
  };
  const pushed = new Map<string, SimulatedImage>();
  const host = createSimulatedHost(name, {
    latencies: NO_LATENCY,
    images: { [image]: simulatedWebImage('1'), [checkedImage]: checked },
    registry: (reference) => (reference === pullable ? simulatedWebImage('1') : pushed.get(reference)),
    pushed: (reference, pushedImage) => void pushed.set(reference, pushedImage),
  });
  return {
    connect: (deadlines) => connectEngine(`simulated://${name}`, { deadlines }),
    image,
    checkedImage,
    buildTag: 'deploy-svc-test/built:1',
    pullable,
    pushable: 'registry.test/deploy-svc/pushed:1',
    missing: 'registry.test/deploy-svc/web:missing',
    forget: async (reference) => void host.images.delete(reference),
    forgetVolume: async () => undefined,
    async runForeign(foreign) {
      const container = host.addForeign({ name: foreign, image, labels: {}, env: {}, ports: [] });
      return { [Symbol.asyncDispose]: async () => void host.containers.delete(container.id) };
    },
    async clean(names) {
      for (const each of names) host.containers.delete(host.find(each)?.id ?? '');
    },
    dispose: async () => dropSimulatedHost(name),
  };
}
