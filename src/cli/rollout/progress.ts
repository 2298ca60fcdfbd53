import type { DeploymentView, ReplicaView } from '../../api/contract/deploy-schemas.ts';
import type { Terminal } from '../terminal.ts';
import { describeRelease, versionTable } from '../text/release.ts';
import { createScreen } from '../text/screen.ts';
import { renderTable } from '../text/table.ts';
import { describeChanges, describeDeployment, describeStanding } from './describe.ts';

/** Shows how rollouts go while they are followed. */
export interface Progress {
  update(view: DeploymentView): void;
}

/** On a terminal one block that is drawn anew, else a line for each change. Both on stderr: stdout is for results. */
export function createProgress(terminal: Terminal): Progress {
  return terminal.stderr.isTTY ? liveProgress(terminal) : lineProgress(terminal);
}

function lineProgress({ stderr }: Terminal): Progress {
  const last = new Map<string, DeploymentView>();
  return {
    update(view) {
      const lines = describeChanges(last.get(view.deployment.id), view);
      last.set(view.deployment.id, view);
      if (lines.length > 0) stderr.write(`${lines.join('\n')}\n`);
    },
  };
}

function liveProgress({ stderr, color }: Terminal): Progress {
  const views = new Map<string, DeploymentView>();
  const screen = createScreen(stderr);
  return {
    update(view) {
      views.set(view.deployment.id, view);
      screen.draw([...views.values()].flatMap(blockOf), (line) => paint(line, color));
    },
  };
}

/** The lines for one deployment: its state, and a row for each replica. */
export function blockOf(view: DeploymentView): string[] {
  const release = view.release === undefined ? [] : [`  ${describeRelease(view.release, Date.now())}`];
  const versions = view.versions === undefined ? [] : versionTable(view.versions).trimEnd().split('\n');
  const traffic = [...release, ...versions.map((line) => `  ${line.trimEnd()}`)];
  const sorted = view.replicas.toSorted((a, b) => a.ordinal - b.ordinal || a.revision - b.revision);
  if (sorted.length === 0) return [describeDeployment(view), ...traffic];
  const table = renderTable(['REPLICA', 'REVISION', 'STATUS', 'NODE', 'REASON'], sorted.map(rowOf))
    .trimEnd()
    .split('\n');
  return [describeDeployment(view), ...traffic, ...table.map((line) => `  ${line.trimEnd()}`)];
}

function rowOf(replica: ReplicaView): string[] {
  const { ordinal, revision, status, nodeId } = replica;
  return [String(ordinal), String(revision), status, nodeId, describeStanding(replica, Date.now())];
}

const COLORS: ReadonlyMap<string, number> = new Map([
  ['OK', 32],
  ['Ready', 32],
  ['Error', 31],
  ['Failed', 31],
  ['Deploying', 33],
  ['Pending', 33],
]);

function paint(line: string, color: boolean): string {
  if (!color) return line;
  return line.replace(
    /\b(OK|Ready|Error|Failed|Deploying|Pending)\b/,
    (word) => `\u001b[${COLORS.get(word)}m${word}\u001b[0m`,
  );
}
