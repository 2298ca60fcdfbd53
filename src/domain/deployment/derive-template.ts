import { createHash } from 'node:crypto';

import canonicalize from 'canonicalize';

import type { ContainerSettings } from '../container/settings.ts';
import type { DefinitionSpec } from '../definition/events.ts';
import { portProblem } from '../probe/port.ts';
import { mergeProbes } from '../probe/spec.ts';
import { parseBytes, parseCpu } from '../quantity.ts';
import { referencesOf } from '../reference.ts';
import type { Template } from '../template.ts';
import type { DeploymentSpec } from './events.ts';
import type { SourceState } from './source-state.ts';

/** What a repository stands for, and the image of it. */
export type Built = NonNullable<SourceState['resolved']>;

/** Fingerprints by the names of secrets. */
export type SecretFingerprints = Readonly<Record<string, string>>;

/**
 * What the containers of a deployment are made from: the definition's image, ports and default envars, the
 * deployment's envars over them, and its resources as limits. A reason in words when they cannot be made. `secrets`: those
 * that there are, of those that the envars refer to. `built`: what the definition's repository stands for.
 */
export function deriveTemplate(
  spec: DeploymentSpec,
  definition: DefinitionSpec | undefined,
  secrets: SecretFingerprints = {},
  built?: Built,
): { readonly template: Template } | { readonly problem: string } {
  if (definition === undefined) {
    return { problem: `definition ${spec.definitionId} does not exist: save it with "oo definition save FILE"` };
  }
  const runnable = runnableOf(definition, built);
  if (runnable === undefined) return { problem: `nothing has been built from ${definition.repository?.url} yet` };
  const { cpu, memory, vram, gpus } = spec.resources ?? {};
  const settings = settingsOf(spec, definition);
  const env = environmentOf(spec, definition);
  const used = referencesOf(Object.values(env)).secrets;
  const missing = used.filter((name) => !Object.hasOwn(secrets, name));
  if (missing.length > 0) return { problem: missing.map(missingSecret).join('; ') };
  const probes = mergeProbes(definition.probes, spec.probes);
  const ports = portsOf(definition, runnable.internalPorts, settings.network?.mode);
  const problem = portProblem(
    probes,
    ports.map(({ internal }) => internal),
  );
  if (problem !== undefined) return { problem };
  return {
    template: {
      definitionId: definition.id,
      ...runnable.made,
      ports,
      env,
      ...optional('cpuMillis', cpu === undefined ? undefined : parseCpu(cpu)),
      ...optional('memoryBytes', memory === undefined ? undefined : parseBytes(memory)),
      ...optional('vramBytes', vram === undefined ? undefined : parseBytes(vram)),
      ...settings,
      ...(used.length === 0 ? {} : { secrets: Object.fromEntries(used.map((name) => [name, secrets[name] ?? ''])) }),
      ...(probes === undefined ? {} : { probes }),
      // One is what it means anyway: to write it down is no new revision.
      ...optional('gpus', gpus === 1 ? undefined : gpus),
    },
  };
}

/** What containers are made from: the image of a registry, or that of a build. */
function runnableOf(
  { image, repository }: DefinitionSpec,
  built: Built | undefined,
): { readonly made: Pick<Template, 'image' | 'build'>; readonly internalPorts: readonly number[] } | undefined {
  if (image !== undefined) return { made: { image: image.name }, internalPorts: image.internalPorts };
  if (repository === undefined || built === undefined) return undefined;
  const { image: name, buildId, commit } = built;
  return { made: { image: name, build: { id: buildId, commit } }, internalPorts: repository.internalPorts };
}

/** The envars as they are written: the definition's, with the deployment's over them. */
export function environmentOf(
  spec: Pick<DeploymentSpec, 'envars'>,
  definition: Pick<DefinitionSpec, 'envars'> | undefined,
): Readonly<Record<string, string>> {
  return { ...Object.fromEntries((definition?.envars ?? []).map(({ key, value }) => [key, value])), ...spec.envars };
}

/** Names of the secrets that these envars refer to. */
export function secretsReferredTo(...given: Parameters<typeof environmentOf>): readonly string[] {
  return referencesOf(Object.values(environmentOf(...given))).secrets;
}

/** What a deployment's envars, its definition's and those of the revision that it went back to refer to. */
export function secretsUsedBy(
  { spec, pinned }: { readonly spec: DeploymentSpec; readonly pinned?: { readonly template: Template } | undefined },
  definition: Pick<DefinitionSpec, 'envars'> | undefined,
): readonly string[] {
  if (pinned === undefined) return secretsReferredTo(spec, definition);
  return referencesOf(Object.values(pinned.template.env)).secrets;
}

/**
 * The template of the revision that somebody went back to, with the secrets of today: the values of then may have been
 * replaced because they had become known.
 */
export function pinnedTemplate(
  template: Template,
  secrets: SecretFingerprints = {},
): { readonly template: Template } | { readonly problem: string } {
  const used = referencesOf(Object.values(template.env)).secrets;
  const missing = used.filter((name) => !Object.hasOwn(secrets, name));
  if (missing.length > 0) return { problem: missing.map(missingSecret).join('; ') };
  const fingerprints = Object.fromEntries(used.map((name) => [name, secrets[name] ?? '']));
  const { secrets: ofThen, ...rest } = template;
  return { template: ofThen === undefined && used.length === 0 ? rest : { ...rest, secrets: fingerprints } };
}

/** SHA-256 of the template's canonical form: replicas whose revision has another one are replaced. */
export function fingerprintOf(template: Template): string {
  return createHash('sha256')
    .update(canonicalize(template) ?? '')
    .digest('hex');
}

function missingSecret(name: string): string {
  return `secret ${name} does not exist: oo secret save ${name} VALUE`;
}

/** In the host's network a container listens on the host itself; without a network nobody reaches it. */
function portsOf(definition: DefinitionSpec, listed: readonly number[], mode: string | undefined): Template['ports'] {
  if (mode === 'none') return [];
  const fixed = new Map((definition.ports ?? []).map(({ internal, host }) => [internal, host]));
  const internal = [...new Set([...listed, ...fixed.keys()])];
  return internal.map((port) => ({
    internal: port,
    ...optional('host', mode === 'host' ? port : fixed.get(port)),
  }));
}

/** The definition's are defaults; the deployment's win as a whole, each for itself. */
function settingsOf(spec: DeploymentSpec, definition: DefinitionSpec): ContainerSettings {
  const volumes = spec.volumes ?? definition.volumes;
  const network = spec.network ?? definition.network;
  const security = spec.security ?? definition.security;
  return {
    ...(volumes === undefined || volumes.length === 0 ? {} : { volumes }),
    ...(network === undefined ? {} : { network }),
    ...(security === undefined ? {} : { security }),
  };
}

function optional<K extends string>(key: K, value: number | undefined): { readonly [P in K]?: number } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: number });
}
