import { changesBetween, type Change } from '../deployment/diff/change.ts';
import { type DifferenceKind, type Face, faceOf } from './faces.ts';

/** One thing that is not the same at two moments. */
export interface Difference {
  readonly kind: DifferenceKind;
  readonly id: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** In words: of what was changed, each field that was; of a replica also what it means: `moved node_a -> node_b`. */
  readonly text: readonly string[];
  /** Every field that differs. Of what was added or removed, all that it has or had. */
  readonly fields: readonly Change[];
  /** Ids of what it belongs to, before or after: deployment, node, definition. */
  readonly concerns: readonly string[];
}

/** Two states of one thing; a state that is undefined was not there. */
export interface Pair {
  readonly id: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** What differs between two states; undefined when nothing does. */
export function differenceOf(kind: DifferenceKind, { id, before, after }: Pair): Difference | undefined {
  const [old, young] = [faceOf(kind, before), faceOf(kind, after)];
  if (old === undefined && young === undefined) return undefined;
  const fields = changesBetween(old ?? {}, young ?? {});
  const concerns = [...new Set([id, ...ownersOf(old), ...ownersOf(young)])];
  if (old === undefined) return { kind, id, change: 'added', text: [...sketchOf(kind, young)], fields, concerns };
  if (young === undefined) return { kind, id, change: 'removed', text: [...sketchOf(kind, old)], fields, concerns };
  if (fields.length === 0) return undefined;
  const text = kind === 'replica' ? replicaText(old, young, fields) : fields.map((field) => field.text);
  return { kind, id, change: 'changed', text, fields, concerns };
}

/** Fields that name what a thing belongs to. */
const OWNERS = ['deploymentId', 'nodeId', 'definitionId'] as const;

function ownersOf(face: Face | undefined): readonly string[] {
  return OWNERS.flatMap((field) => {
    const owner = face?.[field];
    return typeof owner === 'string' ? [owner] : [];
  });
}

/** What is said of something that came or went: enough to know it by. */
const SKETCHES: Readonly<Record<DifferenceKind, readonly string[]>> = {
  node: ['url', 'cluster', 'scheduling', 'liveness'],
  definition: [],
  deployment: ['definitionId', 'replicas', 'status', 'image'],
  replica: ['nodeId', 'status'],
  route: ['target'],
  secret: [],
  config: [],
};

function* sketchOf(kind: DifferenceKind, face: Face = {}): Generator<string> {
  for (const field of SKETCHES[kind]) {
    const value = face[field];
    if (typeof value === 'number' || (typeof value === 'string' && value !== '')) yield `${field} ${value}`;
  }
}

/** A replica that moves gets a new generation too: that is no restart. */
function replicaText(old: Face, young: Face, fields: readonly Change[]): readonly string[] {
  const told = new Map<string, string>();
  const step = (field: string): string => `${String(old[field])} -> ${String(young[field])}`;
  if (old['nodeId'] !== young['nodeId']) told.set('nodeId', `moved ${step('nodeId')}`);
  const word = told.size > 0 ? 'generation' : 'restarted: generation';
  if (old['generation'] !== young['generation']) told.set('generation', `${word} ${step('generation')}`);
  // What it means comes first.
  return [...told.values(), ...fields.filter(({ field }) => !told.has(field)).map(({ text }) => text)];
}
