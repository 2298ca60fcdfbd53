import { createHash } from 'node:crypto';

import canonicalize from 'canonicalize';

import type { DefinitionSpec } from '../definition/events.ts';
import { parseBytes, parseCpu } from '../quantity.ts';
import type { Template } from '../template.ts';
import type { DeploymentSpec } from './events.ts';

/**
 * What the containers of a deployment are made from: the definition's image, ports and default envars, the
 * deployment's envars over them, and its resources as limits. A reason in words when they cannot be made.
 */
export function deriveTemplate(
  spec: DeploymentSpec,
  definition: DefinitionSpec | undefined,
): { readonly template: Template } | { readonly problem: string } {
  if (definition === undefined) {
    return { problem: `definition ${spec.definitionId} does not exist: save it with "oo definition save FILE"` };
  }
  if (definition.image === undefined) {
    return { problem: `definition ${definition.id} has no image: building from a repository is not supported yet` };
  }
  const { cpu, memory, vram, gpus } = spec.resources ?? {};
  const fixed = new Map((definition.ports ?? []).map(({ internal, host }) => [internal, host]));
  const internal = [...new Set([...definition.image.internalPorts, ...fixed.keys()])];
  return {
    template: {
      definitionId: definition.id,
      image: definition.image.name,
      ports: internal.map((port) => ({ internal: port, ...optional('host', fixed.get(port)) })),
      env: { ...Object.fromEntries((definition.envars ?? []).map(({ key, value }) => [key, value])), ...spec.envars },
      ...optional('cpuMillis', cpu === undefined ? undefined : parseCpu(cpu)),
      ...optional('memoryBytes', memory === undefined ? undefined : parseBytes(memory)),
      ...optional('vramBytes', vram === undefined ? undefined : parseBytes(vram)),
      // One is what it means anyway: to write it down is no new revision.
      ...optional('gpus', gpus === 1 ? undefined : gpus),
    },
  };
}

/** SHA-256 of the template's canonical form: replicas whose revision has another one are replaced. */
export function fingerprintOf(template: Template): string {
  return createHash('sha256')
    .update(canonicalize(template) ?? '')
    .digest('hex');
}

function optional<K extends string>(key: K, value: number | undefined): { readonly [P in K]?: number } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: number });
}
