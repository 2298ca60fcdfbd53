import type { DeploymentEvent } from '../deployment/evolve.ts';
import type { DeploymentSpec } from '../deployment/events.ts';
import { sharesText } from '../deployment/traffic.ts';
import type { EventOf, RecordedEvent } from '../event.ts';
import { isSame } from '../same.ts';
import { because } from './sentence.ts';

/** What an event of a deployment says. Values of the environment are never in it, only their names. */
export function deploymentText(event: DeploymentEvent, who: string, previous: RecordedEvent | undefined): string {
  switch (event.type) {
    case 'DeploymentSaved':
      return savedText(event.data, who, previous);
    case 'RevisionCreated': {
      const { revision, template, atOnce } = event.data;
      const before = previous?.type === 'RevisionCreated' ? previous.data.template.image : undefined;
      const was = before === undefined || before === template.image ? '' : ` (was ${before})`;
      return `The planner created revision ${revision} of ${event.data.deploymentId}: image ${template.image}${was}${atOnce === true ? ', all at once' : ''}.`;
    }
    case 'DeploymentPlanned': {
      const { snapshotPosition, actions, report, deploymentId } = event.data;
      const did =
        actions.length === 0
          ? 'decided that there is nothing to do'
          : `decided on ${counted(actions.length, 'action')}`;
      const rest = report.filter((line) => !actions.includes(line));
      return `The planner looked at ${deploymentId} as of position ${snapshotPosition} and ${did}${because(fewOf([...actions, ...rest]))}.`;
    }
    case 'DeploymentRebalanced':
      return `${who} had ${counted(event.data.moves.length, 'replica')} of ${event.data.deploymentId} moved to better homes: ${fewOf(event.data.moves.map(({ replicaId, from, to, before, after }) => `${replicaId} from ${from} (${before.toFixed(2)}) to ${to} (${after.toFixed(2)})`))}.`;
    case 'DeploymentStatusChanged':
      return `${event.data.deploymentId} became ${event.data.status}${because(event.data.details)}.`;
    case 'DeploymentScaled':
      return scaledText(event.data);
    case 'DeploymentDeleted':
      return `${who} removed ${event.data.deploymentId}: its replicas are stopped.`;
    case 'RevisionTagged':
      return `${who} named revision ${event.data.revision} of ${event.data.deploymentId} ${event.data.name}${because(event.data.reason)}.`;
    case 'RevisionUntagged':
      return `${who} took the name ${event.data.name} from ${event.data.deploymentId}.`;
    case 'DeploymentRemoved':
      return `Nothing of ${event.data.deploymentId} ran any more: it was removed.`;
    default:
      return rolloutText(event, who);
  }
}

type Rollout = EventOf<
  | 'RolloutFailed'
  | 'RolloutPaused'
  | 'RolloutResumed'
  | 'RolloutRestarted'
  | 'SourceAsked'
  | 'SourceResolved'
  | 'SourceFailed'
  | 'TrafficShifted'
  | 'RolloutPromoted'
  | 'RolloutAnalysed'
>;

function rolloutText(event: Rollout, who: string): string {
  const { deploymentId } = event.data;
  switch (event.type) {
    case 'RolloutFailed': {
      const { revision, backTo, reason, by } = event.data;
      const whom = by === 'planner' ? 'The planner' : who;
      return `${whom} gave revision ${revision} of ${deploymentId} up and went back to revision ${backTo}${because(reason)}.`;
    }
    case 'RolloutPaused':
      return `${who} paused the rollout of ${deploymentId}${because(event.data.reason)}.`;
    case 'RolloutResumed':
      return `${who} resumed the rollout of ${deploymentId}${because(event.data.reason)}.`;
    case 'RolloutRestarted':
      return `${who} restarted ${deploymentId}${event.data.now ? ', all at once' : ''}${because(event.data.reason)}.`;
    case 'RolloutPromoted': {
      const { revision, full, reason } = event.data;
      const how = full ? 'to its end' : 'a step further';
      return `${who} let revision ${revision} of ${deploymentId} go ${how}${because(reason)}.`;
    }
    case 'RolloutAnalysed':
      return analysedText(event.data);
    case 'SourceAsked':
      return `The planner asked which commit ${event.data.repository.version ?? 'main'} of ${event.data.repository.url} is.`;
    case 'SourceResolved':
      return `It is commit ${event.data.commit.slice(0, 7)}: image ${event.data.image} by build ${event.data.buildId}.`;
    case 'SourceFailed':
      return `The commit could not be found out${because(event.data.reason)}${event.data.terminal ? ' (not asked again before somebody saves)' : ' (asked again)'}.`;
    case 'TrafficShifted':
      return `The requests of ${deploymentId} were divided anew: ${sharesText(event.data.shares)}${because(event.data.reason)}.`;
    default:
      return event satisfies never;
  }
}

function analysedText(data: EventOf<'RolloutAnalysed'>['data']): string {
  const { deploymentId, revision, step, verdict, requests, errors, latencyMs, percentile, restarts, metric } = data;
  const numbers = [
    `${errors} errors of ${requests} requests`,
    ...(latencyMs === undefined ? [] : [`${latencyMs} ms at the ${percentile}th percentile`]),
    counted(restarts, 'restart'),
    ...(metric === undefined ? [] : [`Prometheus says ${metric}`]),
  ];
  return `Step ${step + 1} of revision ${revision} of ${deploymentId} is ${verdict}: ${data.reason} (${numbers.join(', ')}).`;
}

function savedText(data: EventOf<'DeploymentSaved'>['data'], who: string, previous: RecordedEvent | undefined): string {
  const { deploymentId, spec, scaled, reason } = data;
  const before = previous?.type === 'DeploymentSaved' ? previous.data.spec : undefined;
  if (scaled === true) {
    const was = before === undefined ? '' : ` from ${before.replicas}`;
    return `${who} scaled ${deploymentId}${was} to ${spec.replicas} replicas${because(reason)}.`;
  }
  const what =
    before === undefined
      ? ` for the first time: ${counted(spec.replicas, 'replica')} of definition ${spec.definitionId}`
      : changesText(before, spec);
  return `${who} saved ${deploymentId}${what}${because(reason)}.`;
}

/** Fields whose values are short and nobody's secret. */
const TOLD = new Set<keyof DeploymentSpec>([
  'replicas',
  'definitionId',
  'resources',
  'strategy',
  'autoScaling',
  'targetRegions',
  'restart',
]);

function changesText(before: DeploymentSpec, after: DeploymentSpec): string {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])] as (keyof DeploymentSpec)[];
  const changed = names.filter((name) => !isSame(before[name] ?? null, after[name] ?? null));
  if (changed.length === 0) return ' as it was';
  return `: ${changed.map((name) => changeText(name, before, after)).join(', ')}`;
}

function changeText(name: keyof DeploymentSpec, before: DeploymentSpec, after: DeploymentSpec): string {
  if (name === 'envars') {
    const all = [...new Set([...Object.keys(before.envars ?? {}), ...Object.keys(after.envars ?? {})])];
    return `envars ${all.filter((key) => before.envars?.[key] !== after.envars?.[key]).join(' and ')} changed`;
  }
  if (!TOLD.has(name)) return `${name} changed`;
  return `${name} ${valueText(after[name])} (was ${valueText(before[name])})`;
}

function valueText(value: unknown): string {
  if (value === undefined) return 'not set';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function scaledText({ deploymentId, from, to, reason, numbers }: EventOf<'DeploymentScaled'>['data']): string {
  const signals = numbers.signals.map(
    ({ signal, usagePercent, targetPercent, desired }) =>
      `${signal} at ${Math.round(usagePercent)} % of a target of ${targetPercent} % asks for ${desired}`,
  );
  const { min, max, afterWindow } = numbers;
  const how = [...signals, `${afterWindow} after the window`, `${min} to ${max} allowed`].join(', ');
  return `The autoscaler scaled ${deploymentId} from ${from} to ${to} replicas${because(reason)} (${how}).`;
}

const FEW = 3;

function fewOf(lines: readonly string[]): string {
  const more = lines.length - FEW;
  return [...lines.slice(0, FEW), ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

/** `1 replica`, `2 replicas`. */
function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
