import type { Description } from '../../api/contract/describe.ts';
import type { EventView } from '../../api/contract/deploy-schemas.ts';
import { openContext } from '../context.ts';
import { printValue, toYaml } from '../output.ts';
import { describeStanding } from '../rollout/describe.ts';
import type { GlobalOptions } from '../session.ts';
import { formatHeartbeat } from '../text/duration.ts';
import { describeRelease, versionTable } from '../text/release.ts';
import { printable, renderTable } from '../text/table.ts';

/** Prints one page about whatever has the id. */
export async function describe(
  id: string,
  { output, ...options }: GlobalOptions & { readonly output: 'text' | 'json' | 'yaml' },
): Promise<void> {
  const context = await openContext(options);
  const call = { lookUp: 'oo deployment list' };
  const { body } = await context.call(`describe ${id}`, 'describe', { params: { id } }, call);
  if (output !== 'text') return printValue(context.terminal, output, body);
  context.terminal.stdout.write(await page(body, Date.now()));
}

async function page(described: Description, now: number): Promise<string> {
  const { kind, id, status, since, state, deployment, events, next } = described;
  const details = deployment?.deployment.details ?? '';
  const head = [
    `${kind} ${id}`,
    `Status:  ${status}${since === undefined ? '' : ` since ${formatHeartbeat(since, now)}`}${details === '' ? '' : `: ${printable(details)}`}`,
  ];
  const sections = [
    head.join('\n'),
    ...progressOf(described, now),
    ...decisionOf(described, now),
    `Spec:\n${indented(await toYaml(deployment?.spec ?? state))}`,
    `Events:\n${indented(eventsOf(events, now))}`,
    `Next:\n${indented(next.join('\n'))}`,
  ];
  return `${sections.join('\n\n')}\n`;
}

function progressOf({ deployment, replicas }: Description, now: number): string[] {
  if (deployment !== undefined) {
    const { ready, desired } = deployment.progress;
    const header = ['REPLICA', 'REVISION', 'STATUS', 'RESTARTS', 'NODE', 'PORTS', 'REASON'];
    const rows = deployment.replicas.map((replica) => [
      replica.id,
      String(replica.revision),
      replica.status,
      String(replica.generation - 1),
      replica.nodeId,
      replica.ports.map(({ host, internal }) => `${host}->${internal}`).join(' '),
      describeStanding(replica, now),
    ]);
    const heading = `Replicas: ${ready} of ${desired} ready, revision ${deployment.targetRevision}`;
    const { release, versions } = deployment;
    const traffic = [
      ...(release === undefined ? [] : [`Release: ${describeRelease(release, now)}`]),
      ...(versions === undefined ? [] : [`Versions:\n${indented(versionTable(versions))}`]),
    ];
    return [...traffic, rows.length === 0 ? heading : `${heading}\n${indented(renderTable(header, rows))}`];
  }
  if (replicas === undefined) return [];
  const rows = replicas.map((replica) => [replica.id, replica.deploymentId, replica.status]);
  return [
    rows.length === 0
      ? 'Replicas: none'
      : `Replicas:\n${indented(renderTable(['REPLICA', 'DEPLOYMENT', 'STATUS'], rows))}`,
  ];
}

function decisionOf({ decision }: Description, now: number): string[] {
  if (decision === undefined) return [];
  const report = decision.report.map(printable).join('\n');
  return [`Last decision (${formatHeartbeat(decision.at, now)}, event ${decision.position}):\n${indented(report)}`];
}

function eventsOf(events: readonly EventView[], now: number): string {
  const rows = events.map(({ position, at, type, stream, actor }) => [
    String(position),
    formatHeartbeat(at, now),
    type,
    stream,
    actor,
  ]);
  return renderTable(['POSITION', 'AGE', 'TYPE', 'STREAM', 'ACTOR'], rows);
}

function indented(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`.trimEnd())
    .join('\n');
}
