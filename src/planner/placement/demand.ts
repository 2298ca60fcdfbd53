import type { DeploymentSpec } from '../../domain/deployment/events.ts';
import type { Template } from '../../domain/template.ts';

/** What one replica needs of a node. CPU in thousandths of a core, sizes in bytes; 0 where nothing was requested. */
export interface Demand {
  readonly image: string;
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  readonly vramBytes: number;
  readonly hostPorts: readonly number[];
  readonly regions: readonly { readonly cluster?: string | undefined; readonly zone?: string | undefined }[];
}

/** The demand of every replica that is made from this template. */
export function demandOf(template: Template, spec: DeploymentSpec): Demand {
  return {
    image: template.image,
    cpuMillis: template.cpuMillis ?? 0,
    memoryBytes: template.memoryBytes ?? 0,
    vramBytes: template.vramBytes ?? 0,
    hostPorts: template.ports.flatMap(({ host }) => (host === undefined ? [] : [host])),
    regions: spec.targetRegions ?? [],
  };
}
