import type { Template } from '../../template.ts';
import type { DeploymentSpec } from '../events.ts';
import { changesBetween, type Change } from './change.ts';

/** What a revision was made from. */
export interface Made {
  readonly spec: DeploymentSpec;
  readonly template: Template;
}

/** What differs between two specs, each field once; `undefined`: there was none before. */
export function diffSpecs(before: DeploymentSpec | undefined, after: DeploymentSpec): readonly Change[] {
  // The id names the deployment and cannot change: it is no news in the first save either.
  return changesBetween({ ...before, id: after.id }, after);
}

/** Fields of a template that follow from a field of the spec: named there already. */
const FROM_SPEC: ReadonlyMap<string, string> = new Map([
  ['cpuMillis', 'resources.cpu'],
  ['memoryBytes', 'resources.memory'],
  ['vramBytes', 'resources.vram'],
  ['gpus', 'resources.gpus'],
]);

/**
 * What differs between two revisions: the fields of the spec, and those of the template that no change of the spec accounts
 * for (the image, ports, the definition's envars, fingerprints of secrets).
 */
export function diffRevisions(before: Made | undefined, after: Made): readonly Change[] {
  const spec = diffSpecs(before?.spec, after.spec);
  const named = new Set(spec.map(({ field }) => field));
  const rest = changesBetween(before?.template ?? {}, after.template).filter(
    ({ field }) => !named.has(sourceOf(field)),
  );
  return [
    ...rest.map((change) => (named.has(change.field) ? { ...change, field: `template.${change.field}` } : change)),
    ...spec,
  ];
}

function sourceOf(field: string): string {
  return FROM_SPEC.get(field) ?? (field.startsWith('env.') ? `envars.${field.slice('env.'.length)}` : field);
}
