import { leavesOf, type Leaf } from './diff/leaves.ts';
import { diffSpecs } from './diff/diff.ts';
import type { DeploymentSpec } from './events.ts';

/** A field of the spec with the save that gave it its present value. */
export interface Blamed<Save> {
  readonly field: string;
  readonly value: Leaf;
  readonly save: Save;
}

/** For every field of the last save's spec, the save that set its value: the first of those that have it without a break. */
export function blameOf<Save extends { readonly spec: DeploymentSpec }>(
  saves: readonly Save[],
): readonly Blamed<Save>[] {
  const set = new Map<string, Save>();
  let before: DeploymentSpec | undefined;
  for (const save of saves) {
    for (const { field } of diffSpecs(before, save.spec)) set.set(field, save);
    before = save.spec;
  }
  if (before === undefined) return [];
  const [first] = saves;
  return [...leavesOf(before)]
    .map(([field, value]) => ({ field, value, save: set.get(field) ?? first }))
    .filter((each): each is Blamed<Save> => each.save !== undefined)
    .toSorted((one, other) => (one.field < other.field ? -1 : 1));
}
