import { styleText } from 'node:util';

import type { PlanView } from '../../api/contract/plan.ts';
import { plural } from '../fleet/plural.ts';
import { printable, renderTable } from '../text/table.ts';

export interface PlanText {
  readonly color: boolean;
  /** The command that saves it as it was shown. */
  readonly save: string | undefined;
}

type ActionView = PlanView['actions'][number];

/** What begins with these is added, taken away, changed. */
const MARKS = {
  revise: '~ revise',
  'roll back': '~ go back',
  schedule: '+ start',
  stop: '- stop',
  lose: '- give up',
  shift: '~ shift',
  smoke: '~ ask',
  ask: '~ look up',
  remove: '- remove',
} as const satisfies Record<ActionView['type'], string>;

/** A plan for people: the fields, the actions, what waits, and where it leads. Ends with a line break. */
export function describePlan(view: PlanView, { color, save }: PlanText): string {
  const { deploymentId, position, revision, nextRevision } = view;
  const revisions = revision === nextRevision ? `revision ${revision}` : `revision ${revision} → ${nextRevision}`;
  const head = `${deploymentId}: ${view.changes ? '' : 'nothing would change, '}${revisions} (at position ${position})`;
  const parts = [
    ...diffPart(view),
    ...actionPart(view, color),
    ...waitPart(view),
    ...endPart(view),
    ...view.warnings.map(({ message }) => paint('yellow', `Warning: ${message}\n`, color)),
    ...(save === undefined ? [] : [`Save exactly this: ${save}\n`]),
  ];
  return [`${head}\n`, ...parts].join('');
}

function diffPart({ diff }: PlanView): readonly string[] {
  if (diff.length === 0) return [];
  return ['\n', ...diff.map(({ text }) => `  ${printable(text)}\n`)];
}

function actionPart({ actions }: PlanView, color: boolean): readonly string[] {
  if (actions.length === 0) return [];
  const rows = actions.map((action) => [
    MARKS[action.type],
    action.replicaId ?? '-',
    action.nodeId ?? '-',
    scoreText(action),
    action.reason ?? action.text,
  ]);
  const lines = renderTable(['ACTION', 'REPLICA', 'NODE', 'SCORE', 'WHY'], rows).trimEnd().split('\n');
  return ['\n', ...lines.map((line) => `${painted(line, color)}\n`)];
}

function waitPart({ actions, report }: PlanView): readonly string[] {
  const told = new Set(actions.map(({ text }) => text));
  const rest = report.filter((line) => !told.has(line));
  return rest.length === 0 ? [] : ['\n', ...rest.map((line) => `  ${line}\n`)];
}

function endPart(view: PlanView): readonly string[] {
  const { steps, end, wanted, ready, mostUnavailable, mostSurge, wakeAt } = view;
  if (!view.changes) return [];
  const details = end.details === '' ? `, ${end.ready}/${wanted} ready` : `: ${end.details}`;
  const told = new Set([...view.report, ...view.actions.map(({ text }) => text)]);
  return [
    '\n',
    `${plural(steps.length, 'step')}; at worst ${mostUnavailable} of ${ready} that serve now missing, ${mostSurge} more than ${wanted} there\n`,
    `Leads to ${end.status}${details}\n`,
    ...end.blocked.filter((line) => !told.has(line)).map((line) => `  ${line}\n`),
    ...(wakeAt === undefined || end.status === 'OK' ? [] : [`Looked at again at ${wakeAt} at the latest\n`]),
  ];
}

/** `2.35 (balance 0.35, spread 2)` of the node that was chosen. */
function scoreText({ nodeId, decision }: ActionView): string {
  const score = decision?.scores.find((one) => one.nodeId === nodeId);
  if (score === undefined) return '-';
  const parts = Object.entries(score.parts).map(([name, value]) => `${name} ${rounded(value)}`);
  return `${rounded(score.total)}${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`;
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function painted(line: string, color: boolean): string {
  if (line.startsWith('+')) return paint('green', line, color);
  if (line.startsWith('-')) return paint('red', line, color);
  return line.startsWith('~') ? paint('yellow', line, color) : line;
}

function paint(style: 'green' | 'red' | 'yellow', text: string, color: boolean): string {
  return color ? styleText(style, text, { validateStream: false }) : text;
}
