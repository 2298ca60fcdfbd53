import type { EventOf } from '../event.ts';
import type { Template } from '../template.ts';
import type { DeploymentSpec, DeploymentStatus, Move } from './events.ts';
import { begun, foundationOf, judged, NO_ROLLOUT, resumed, wentBack, type RolloutState } from './rollout-state.ts';
import { scaledBy, type Scaled } from './scaling.ts';
import { evolveSource, isAskedBySaving, type SourceState } from './source-state.ts';
import type { TrafficState } from './traffic.ts';
import { wantedReplicas } from './wanted.ts';

export type DeploymentEvent = EventOf<
  | 'DeploymentSaved'
  | 'RevisionCreated'
  | 'DeploymentPlanned'
  | 'DeploymentRebalanced'
  | 'DeploymentStatusChanged'
  | 'DeploymentScaled'
  | 'DeploymentDeleted'
  | 'DeploymentRemoved'
  | 'RolloutFailed'
  | 'RolloutPaused'
  | 'RolloutResumed'
  | 'RolloutRestarted'
  | 'SourceAsked'
  | 'SourceResolved'
  | 'SourceFailed'
  | 'RevisionTagged'
  | 'RevisionUntagged'
  | 'TrafficShifted'
  | 'RolloutPromoted'
  | 'RolloutAnalysed'
>;

/** A deployment as its stream tells it. */
export interface DeploymentState extends RolloutState {
  readonly id: string;
  readonly definitionId: string;
  readonly spec: DeploymentSpec;
  readonly status: DeploymentStatus;
  readonly details: string;
  /** `deleting` until nothing of it runs any more, then `removed`. */
  readonly phase: 'live' | 'deleting' | 'removed';
  /** The latest revision; 0 before the first. */
  readonly revision: number;
  readonly template: Template | undefined;
  readonly fingerprint: string | undefined;
  /** Saves so far. */
  readonly saves: number;
  /** The value of `saves` when the latest revision was created. */
  readonly savedAtRevision: number;
  /** The value of `saves` when the planner last looked. */
  readonly savedAtPlan: number;
  /** What the plan that answers the latest save breaks ties by; absent: the position that it is made at. */
  readonly seed?: number | undefined;
  /** Saved for the first time, or after a failure or a deletion: a new revision is due, also when nothing has changed. */
  readonly anew: boolean;
  /** Host of the app whose secrets its envars refer to. */
  readonly app?: string | undefined;
  /** The autoscaler's count, once it has made a step; `replicas` of the spec is only the first size then. */
  readonly scaled?: Scaled | undefined;
  /** What the latest rebalancing moves; `begun`: the replacement has been scheduled. Absent when there never was one. */
  readonly moves?: readonly MoveState[];
  /** Somebody went back to a revision: what its containers are made from until the next save. */
  readonly pinned?: EventOf<'DeploymentSaved'>['data']['pinned'];
  /** Name -> revision. */
  readonly tags?: Readonly<Record<string, number>> | undefined;
  /** Absent when its containers were never built from a repository. */
  readonly source?: SourceState | undefined;
  /** Absent: every ready replica gets as many requests as any other, whatever its revision. */
  readonly traffic?: TrafficState | undefined;
}

export type MoveState = Pick<Move, 'replicaId' | 'generation' | 'from' | 'to'> & { readonly begun: boolean };

/** One event further. Exhaustive over the deployment's events. `at`: milliseconds since the epoch. */
export function evolveDeployment(
  state: DeploymentState | undefined,
  event: DeploymentEvent,
  at: number,
): DeploymentState | undefined {
  switch (event.type) {
    case 'DeploymentSaved':
      return saved(state, event.data, at);
    case 'RevisionCreated':
      return state && { ...state, ...revised(state, event.data, at) };
    case 'DeploymentPlanned':
      return state && { ...state, savedAtPlan: state.saves, ...begin(state, event.data.begun) };
    case 'DeploymentRebalanced':
      return state && { ...state, moves: event.data.moves.map(moveStateOf) };
    case 'DeploymentStatusChanged':
      return state && became(state, event.data, at);
    case 'DeploymentScaled':
      return state && { ...state, scaled: scaledBy(state.scaled, event.data) };
    case 'DeploymentDeleted':
      return state && { ...state, ...NO_ROLLOUT, traffic: undefined, phase: 'deleting' };
    case 'DeploymentRemoved':
      return state && { ...state, phase: 'removed' };
    case 'RolloutFailed':
      return state && { ...state, ...wentBack(event.data), anew: false };
    case 'RolloutPaused':
      return state && { ...state, paused: { by: event.data.by, reason: event.data.reason, at } };
    case 'RolloutResumed':
      return state && { ...state, ...resumed(state, at) };
    case 'RolloutRestarted':
      return state && { ...state, restart: { now: event.data.now }, ...triedAgain(state) };
    case 'SourceAsked':
    case 'SourceResolved':
    case 'SourceFailed':
      return state && { ...state, source: evolveSource(state.source, event, at) };
    case 'RevisionTagged':
      return state && { ...state, tags: { ...state.tags, [event.data.name]: event.data.revision } };
    case 'TrafficShifted':
      return state && { ...state, ...divided(state), traffic: shifted(event.data, at) };
    case 'RolloutPromoted':
      return state && { ...state, promoted: { step: event.data.step, full: event.data.full, at } };
    case 'RolloutAnalysed': {
      const { deploymentId: _, ...analysed } = event.data;
      return state && { ...state, analysed: { ...analysed, at } };
    }
    case 'RevisionUntagged':
      return state && { ...state, tags: without(state.tags, event.data.name) };
    default:
      return event satisfies never;
  }
}

/** What was said of one step says nothing of the next. */
function divided({ promoted, analysed }: DeploymentState): Pick<DeploymentState, 'promoted' | 'analysed'> {
  return {
    ...(analysed === undefined ? {} : { analysed: undefined }),
    ...(promoted === undefined || promoted.full ? {} : { promoted: undefined }),
  };
}

function shifted({ shares, step }: EventOf<'TrafficShifted'>['data'], at: number): TrafficState | undefined {
  return shares.length === 0 ? undefined : { shares, ...(step === undefined ? {} : { step }), at };
}

function without(tags: DeploymentState['tags'] = {}, name: string): DeploymentState['tags'] {
  return Object.fromEntries(Object.entries(tags).filter(([each]) => each !== name));
}

function became(state: DeploymentState, data: EventOf<'DeploymentStatusChanged'>['data'], at: number): DeploymentState {
  const { status, details } = data;
  const rollout = judged(state, data, { revision: state.revision, at });
  return { ...state, status, details, ...rollout, ...(status === 'OK' ? settled(state) : {}) };
}

function saved(
  state: DeploymentState | undefined,
  { spec, scaled, app, pinned, seed }: EventOf<'DeploymentSaved'>['data'],
  at: number,
): DeploymentState {
  const before: Omit<DeploymentState, 'id' | 'definitionId' | 'spec' | 'phase'> = state ?? {
    status: 'Pending' as const,
    details: '',
    revision: 0,
    template: undefined,
    fingerprint: undefined,
    saves: 0,
    savedAtRevision: 0,
    savedAtPlan: 0,
    anew: true,
  };
  // Another count for what a failed rollout went back to asks for no other try of it.
  const scaledBack = scaled === true && state?.rollback !== undefined;
  const anew = (before.status === 'Failed' && !scaledBack) || (state !== undefined && state.phase !== 'live');
  return {
    ...before,
    ...(anew ? { status: 'Pending' as const, details: '', anew, rollback: undefined, restart: undefined } : {}),
    // Who goes back wants the containers of then anew, also when the latest are made from the same.
    ...(pinned === undefined ? {} : { anew: true }),
    ...(state?.pinned === undefined && pinned === undefined
      ? {}
      : { pinned: scaled === true ? state?.pinned : pinned }),
    id: spec.id,
    definitionId: spec.definitionId,
    spec,
    ...(seed === undefined && before.seed === undefined ? {} : { seed }),
    ...(app === undefined ? {} : { app }),
    // Whoever saves gives the rollout that is under way its time anew.
    progress: state?.progress && { ...state.progress, at },
    phase: 'live',
    saves: before.saves + 1,
    scaled: carriedOver(state, spec),
    ...(state?.source !== undefined && scaled !== true && isAskedBySaving(state.source, state.status)
      ? { source: { ...state.source, stale: true } }
      : {}),
  };
}

/** A restart of what runs is one of what runs; while it waits for what cannot be built, it asks for another try. */
function triedAgain({ source, template }: DeploymentState): Pick<DeploymentState, 'source'> {
  if (source === undefined || source.resolved?.buildId === template?.build?.id) return {};
  return { source: { ...source, stale: true } };
}

/** A save keeps the live count, within its bounds; without autoscaling, and after a deletion, `replicas` counts. */
function carriedOver(state: DeploymentState | undefined, spec: DeploymentSpec): Scaled | undefined {
  if (state?.scaled === undefined || state.phase !== 'live' || spec.autoScaling === undefined) return undefined;
  return { ...state.scaled, replicas: wantedReplicas({ spec, scaled: state.scaled }) };
}

function revised(
  state: DeploymentState,
  data: EventOf<'RevisionCreated'>['data'],
  at: number,
): Partial<DeploymentState> {
  return {
    ...revisionOf(data),
    ...begun(at),
    ...foundation(state),
    savedAtRevision: state.saves,
    anew: false,
    ...settled(state),
  };
}

function foundation(state: DeploymentState): Pick<DeploymentState, 'stable'> {
  const stable = foundationOf(state);
  return stable === state.stable ? {} : { stable };
}

function revisionOf(
  data: EventOf<'RevisionCreated'>['data'],
): Pick<DeploymentState, 'revision' | 'template' | 'fingerprint'> {
  return { revision: data.revision, template: data.template, fingerprint: data.fingerprint };
}

function moveStateOf({ replicaId, generation, from, to }: Move): MoveState {
  return { replicaId, generation, from, to, begun: false };
}

function begin({ moves }: DeploymentState, scheduled: readonly string[] = []): Pick<DeploymentState, 'moves'> {
  if (moves === undefined || scheduled.length === 0) return {};
  return { moves: moves.map((each) => (scheduled.includes(each.replicaId) ? { ...each, begun: true } : each)) };
}

/** Moves end with the deployment's being as wanted, or with a new revision, whose replicas have homes of their own. */
function settled({ moves }: DeploymentState): Pick<DeploymentState, 'moves'> {
  return moves === undefined ? {} : { moves: [] };
}
