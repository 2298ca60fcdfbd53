import type { DeploymentSpec } from '../../domain/deployment/events.ts';
import type { Template } from '../../domain/template.ts';
import type { Snapshot } from '../snapshot.ts';
import type { Region } from './region.ts';

/** What one replica needs of a node. CPU in thousandths of a core, sizes in bytes; 0 where nothing was requested. */
export interface Demand {
  readonly image: string;
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  /** Cards, and what is needed of each. */
  readonly gpus: number;
  readonly cardBytes: number;
  readonly hostPorts: readonly number[];
  /** In the order of preference; empty: anywhere. */
  readonly regions: readonly Region[];
  readonly labels: Readonly<Record<string, string>>;
  /** Nodes that are known to have the image. */
  readonly imageOn: ReadonlySet<string>;
}

/** The demand of every replica that is made from this template. VRAM is split evenly over the cards, rounded up. */
export function demandOf(template: Template, spec: DeploymentSpec, images: Snapshot['images'] = {}): Demand {
  const { image, cpuMillis = 0, memoryBytes = 0, vramBytes = 0 } = template;
  const gpus = vramBytes === 0 ? 0 : (template.gpus ?? 1);
  return {
    image,
    cpuMillis,
    memoryBytes,
    gpus,
    cardBytes: gpus === 0 ? 0 : Math.ceil(vramBytes / gpus),
    hostPorts: template.ports.flatMap(({ host }) => (host === undefined ? [] : [host])),
    regions: spec.targetRegions ?? [],
    labels: spec.requiredLabels ?? {},
    imageOn: new Set(Object.hasOwn(images, image) ? images[image] : []),
  };
}
