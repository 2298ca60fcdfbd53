import type { DeploymentView, ReplicaView } from '../../api/contract/deploy-schemas.ts';
import { formatSeconds } from '../text/duration.ts';
import { printable } from '../text/table.ts';

/** Log lines of a failed replica that are shown at most. */
const LOG_LINES = 20;

/** `depl_x Deploying 2/3 ready (revision 2): no node fits` */
export function describeDeployment(view: DeploymentView): string {
  const { deployment, progress, targetRevision: revision, build } = view;
  const step = build?.status === 'Building' && build.step !== undefined ? ` (${printable(build.step)})` : '';
  const details = deployment.details ? `: ${printable(deployment.details)}` : '';
  const status = view.phase === 'live' ? deployment.status : view.phase;
  const earlier = progress.ready - progress.updated;
  const beside = earlier > 0 ? ` beside ${earlier} of other revisions` : '';
  return `${deployment.id} ${status} ${progress.updated}/${progress.desired} ready${beside} (revision ${revision})${details}${step}`;
}

/** `replica 0 of revision 2 Failed on node_1: image "nope" does not exist` */
export function describeReplica(replica: ReplicaView): string {
  const reason = describeReason(replica);
  const why = reason === '' ? '' : `: ${reason}`;
  return `${nameOf(replica)} ${replica.status} on ${replica.nodeId}${why}`;
}

/** A rollout has replicas of two revisions with the same numbers. */
function nameOf({ ordinal, revision }: ReplicaView): string {
  return `replica ${ordinal} of revision ${revision}`;
}

/** As `describeReason`, with the time until the next try: `…, tried again in 8s (4th time)`. `now`: milliseconds since the epoch. */
export function describeStanding(replica: ReplicaView, now: number): string {
  const { retryAt, failures } = replica;
  if (retryAt === undefined) return describeReason(replica);
  const left = formatSeconds(Date.parse(retryAt) - now + 999);
  return `${describeReason(replica)}, tried again in ${left} (${ordinalOf(failures)} time)`;
}

/** 1st, 2nd, 3rd, 4th … 11th … 21st. */
function ordinalOf(count: number): string {
  const teens = count % 100 >= 11 && count % 100 <= 13;
  return `${count}${teens ? 'th' : (['th', 'st', 'nd', 'rd'][count % 10] ?? 'th')}`;
}

/** Why a replica is out of service, or why it failed, with its exit code and how often in a row. */
export function describeReason({ failure, failures, unready }: ReplicaView): string {
  if (unready !== undefined) return printable(unready);
  if (failure === undefined) return '';
  const code = failure.exitCode === undefined ? '' : ` (exit code ${failure.exitCode})`;
  const times = failures > 1 ? `, ${failures} times in a row` : '';
  return `${printable(failure.message)}${code}${times}`;
}

/** Every replica that fails, with its last log lines. */
export function describeFailures({ replicas }: DeploymentView): string[] {
  return replicas
    .filter(({ failure }) => failure !== undefined)
    .flatMap((replica) => {
      const logs = (replica.failure?.lastLogs ?? []).slice(-LOG_LINES);
      const heading = logs.length === 0 ? [] : [`  last ${logs.length} log lines of ${replica.id}:`];
      return [describeReplica(replica), ...heading, ...logs.map((line) => `  | ${printable(line)}`)];
    });
}

/** What is different from the view before, one line for each change. Everything is new when there was none. */
export function describeChanges(before: DeploymentView | undefined, after: DeploymentView): string[] {
  const { id } = after.deployment;
  const replicas = after.replicas.flatMap((replica) => {
    const known = before?.replicas.find((one) => one.id === replica.id);
    const [was, is] = [known && describeReplica(known), describeReplica(replica)];
    return was === is ? [] : [`${id} ${is}`];
  });
  const gone = (before?.replicas ?? [])
    .filter((replica) => !after.replicas.some((one) => one.id === replica.id))
    .map((replica) => `${id} ${nameOf(replica)} Stopped on ${replica.nodeId}`);
  const [was, is] = [before && describeDeployment(before), describeDeployment(after)];
  return [...gone, ...replicas, ...(was === is ? [] : [is])];
}
