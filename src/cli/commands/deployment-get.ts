import type { DeploymentView } from '../../api/contract/deploy-schemas.ts';
import { openContext } from '../context.ts';
import { printValue, toYaml } from '../output.ts';
import { describeRelease, versionTable } from '../text/release.ts';
import { describeScaling } from '../text/scaling.ts';
import { describeStanding } from '../rollout/describe.ts';
import { printable, renderTable } from '../text/table.ts';
import type { ListOptions } from './options.ts';

/** Prints one deployment: what is wanted, how far it is, and each replica. */
export async function getDeployment(id: string, options: ListOptions): Promise<void> {
  const context = await openContext(options);
  const call = { lookUp: 'oo deployment list' };
  const { body } = await context.call(`get deployment ${id}`, 'showDeployment', { params: { id } }, call);
  if (options.output !== 'table') return printValue(context.terminal, options.output, body);
  context.terminal.stdout.write(await describe(body));
}

async function describe(view: DeploymentView): Promise<string> {
  const { deployment, phase, progress, replicas, scaling } = view;
  const { status, details = '', ...contract } = deployment;
  // The path of the contract knows two strategies: what was saved is in the spec.
  const { strategy } = view.spec;
  const wanted = strategy === undefined ? contract : { ...contract, strategy };
  const { ready, desired, updated, total } = progress;
  const facts = [
    `Status:    ${phase === 'live' ? status : phase}${details === '' ? '' : `: ${printable(details)}`}`,
    `Ready:     ${ready} of ${desired} (${updated} of revision ${view.targetRevision}; ${total} in all)`,
    `Revision:  ${describeRevision(view)}`,
    ...(view.release === undefined ? [] : [`Release:   ${describeRelease(view.release, Date.now())}`]),
    ...describeBuild(view),
    ...(scaling === undefined ? [] : [`Scaling:   ${describeScaling(scaling, Date.now())}`]),
  ];
  const header = ['REPLICA', 'ID', 'REVISION', 'STATUS', 'NODE', 'PORTS', 'REASON'];
  const rows = replicas.map((replica) => [
    String(replica.ordinal),
    replica.id,
    String(replica.revision),
    replica.status,
    replica.nodeId,
    replica.ports.map(({ host, internal }) => `${host}->${internal}`).join(' '),
    describeStanding(replica, Date.now()),
  ]);
  const versions = view.versions === undefined ? '' : `${versionTable(view.versions)}\n`;
  return `${facts.join('\n')}\n\n${versions}${renderTable(header, rows)}\n${await toYaml(wanted)}`;
}

function describeRevision({ revision, rollback, paused }: DeploymentView): string {
  const back = rollback === undefined ? '' : `, given up for revision ${rollback.backTo}`;
  return `${revision}${back}${paused === undefined ? '' : `, paused by ${paused.by}`}`;
}

/** `main of https://… is 0123456789ab (build_x, Building: Step 3/7 : RUN npm ci)` */
function describeBuild({ build }: DeploymentView): readonly string[] {
  if (build === undefined) return [];
  const { url, version, commit, id, status, step } = build;
  const at = status === 'Building' && step !== undefined ? `: ${printable(step)}` : '';
  const is = commit === undefined ? 'is looked up' : `is ${commit.slice(0, 12)} (${id}, ${status ?? 'unknown'}${at})`;
  return [`Source:    ${printable(version)} of ${printable(url)} ${is}`];
}
