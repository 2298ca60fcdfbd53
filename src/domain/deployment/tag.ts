import { Conflict, InvalidInput, NotFound } from '../problem.ts';
import { nearest } from '../nearest.ts';
import type { DeploymentEvent, DeploymentState } from './evolve.ts';

/** Not digits alone, which would name a revision. */
const TAG = /^(?!\d+$)[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** Throws InvalidInput for what is no name of a tag. */
export function checkTag(name: string): string {
  if (TAG.test(name)) return name;
  const message = `${JSON.stringify(name)} is no name of a tag`;
  const hint = 'letters, digits, dots, dashes and underscores, at most 63, and not digits alone: v1.4, before-sale';
  throw new InvalidInput([{ field: 'name', message, hint }]);
}

export interface Tagging {
  readonly name: string;
  /** The latest when absent. */
  readonly revision?: number | undefined;
  readonly reason?: string | undefined;
}

/** Names a revision; a name that another one has moves here. The same again is no event. */
export function decideTag(
  state: DeploymentState,
  { name, revision = state.revision, reason }: Tagging,
): DeploymentEvent[] {
  checkTag(name);
  if (state.revision === 0)
    throw new Conflict(`${state.id} has no revision yet; see: oo deployment history ${state.id}`);
  if (revision < 1 || revision > state.revision) throw noSuchRevision(state, String(revision));
  if (tagged(state, name) === revision) return [];
  const why = reason === undefined ? {} : { reason };
  return [{ type: 'RevisionTagged', data: { deploymentId: state.id, name, revision, ...why } }];
}

/** Takes a name away. Throws NotFound, with the nearest, when no revision has it. */
export function decideUntag(state: DeploymentState, name: string): DeploymentEvent[] {
  if (tagged(state, name) === undefined) throw noSuchRevision(state, name);
  return [{ type: 'RevisionUntagged', data: { deploymentId: state.id, name } }];
}

/** The number that a number or a tag names. Throws NotFound with the nearest one. */
export function revisionNamed(state: DeploymentState, name: string): number {
  const revision = /^\d{1,9}$/.test(name) ? Number(name) : tagged(state, name);
  if (revision === undefined || revision < 1 || revision > state.revision) throw noSuchRevision(state, name);
  return revision;
}

function tagged({ tags = {} }: DeploymentState, name: string): number | undefined {
  return Object.hasOwn(tags, name) ? tags[name] : undefined;
}

function noSuchRevision({ id, revision, tags = {} }: DeploymentState, name: string): NotFound {
  const isNumber = /^\d+$/.test(name);
  const guess = isNumber
    ? `the nearest is ${Number(name) < 1 ? Math.min(1, revision) : revision}`
    : nearest(name, Object.keys(tags));
  const near = guess === undefined || isNumber ? guess : `did you mean ${guess}?`;
  const what = isNumber ? `revision ${name}` : `revision tagged ${name}`;
  return new NotFound(`${id} has no ${what}${near === undefined ? '' : `; ${near}`}; see: oo deployment history ${id}`);
}
