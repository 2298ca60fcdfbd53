import type { Obstacles } from '../../api/contract/why.ts';
import { NotFound } from '../../domain/problem.ts';
import { plan } from '../../planner/planner.ts';
import type { Snapshot } from '../../planner/snapshot.ts';
import { blocksOf } from '../../planner/why-not/blocks.ts';
import { changeText } from '../../planner/why-not/change.ts';
import { nodesLacking, suggestionsFor, unplacedOf } from '../../planner/why-not/suggest.ts';
import type { EventStore } from '../../store/event-store.ts';
import { loadSnapshot } from '../../workers/plan/load-snapshot.ts';
import type { Sight } from '../sight/sight.ts';
import { findSubject, noSubject, noSubjectFor } from '../subject/find.ts';

/** Nodes whose lacks are told. */
const NODES = 50;

/** Why a deployment, or that of a replica or an instance, is not up, from a fresh plan on what is so now. */
export async function whyNot(store: EventStore, id: string, sight: Sight): Promise<Obstacles> {
  const deploymentId = await deploymentOf(store, id, sight);
  const loaded = await loadSnapshot(store, deploymentId, Date.now());
  if (loaded === undefined) throw await noSubject(store, id, ['deployment', 'replica']);
  return obstaclesOf(loaded.snapshot);
}

/** The same of a snapshot. Pure. */
export function obstaclesOf(snapshot: Snapshot): Obstacles {
  const { id: deploymentId, status, details } = snapshot.deployment;
  const planned = plan(snapshot);
  const lacking = planned.lacks !== undefined;
  const unplaced = lacking ? unplacedOf(snapshot) : 0;
  const blocks = [...blocksOf(snapshot), ...(lacking ? [roomBlock(unplaced)] : [])];
  const well = blocks.length === 0 && status === 'OK';
  const stands = planned.details === '' ? details : planned.details;
  return {
    deploymentId,
    well,
    summary: well
      ? `${deploymentId} is OK: all replicas are up, nothing is in the way`
      : `${deploymentId} is ${status}${stands === '' ? '' : `: ${stands}`}`,
    blocks,
    nodes:
      unplaced === 0
        ? []
        : nodesLacking(snapshot)
            .slice(0, NODES)
            .map(({ nodeId, lacks }) => ({ nodeId, lacks: [...lacks] })),
    suggestions: unplaced === 0 ? [] : suggestionsFor(snapshot).map((change) => changeText(change, snapshot)),
  };
}

function roomBlock(unplaced: number): Obstacles['blocks'][number] {
  if (unplaced === 0)
    return { what: 'there is no room before what stops and starts now has done so: it is waited for' };
  return { what: `${unplaced} ${unplaced === 1 ? 'replica fits' : 'replicas fit'} no node`, next: 'oo node list' };
}

async function deploymentOf(store: EventStore, id: string, sight: Sight): Promise<string> {
  const subject = await findSubject(store, id, sight.sees);
  if (subject?.kind === 'deployment') return subject.row.id;
  const of = subject?.kind === 'replica' || subject?.kind === 'instance' ? subject.row.state.deploymentId : undefined;
  if (of !== undefined && sight.sees('deployment', of)) return of;
  if (subject === undefined || of !== undefined) throw await noSubjectFor(store, id, ['deployment', 'replica'], sight);
  throw new NotFound(`${id} is a ${subject.kind}, which nobody waits for; ask oo why ${id}, or oo why-not DEPLOYMENT`);
}
