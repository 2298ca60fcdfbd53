import type { LogLineRecord, LogNotice } from '../../api/contract/log-schemas.ts';

/** Colours that can be read on light and dark ground, as SGR codes. */
const COLORS = [36, 33, 32, 35, 34, 96, 93, 92, 95, 94] as const;

export interface RenderOptions {
  /** Whose output was asked for: a single replica or container needs no prefix. */
  readonly id: string;
  readonly prefix: boolean;
  readonly timestamps: boolean;
  /** Whether escape sequences may be written. */
  readonly color: boolean;
  /** It is shown to somebody: nothing in a line may drive the terminal, but for its colours. */
  readonly terminal: boolean;
}

/** `web-r1-0 | 2026-01-31T12:00:00.000000000Z text` */
export function renderLine(record: LogLineRecord, options: RenderOptions): string {
  const { text, time = '', stream } = record;
  const shown = options.terminal ? tame(text) : text;
  const parts = [
    ...(options.prefix && record.deploymentId === options.id ? [painted(`${nameOf(record)} |`, record, options)] : []),
    ...(options.timestamps ? [time || '-'.padEnd(30)] : []),
    stream === 'stderr' && options.color && !shown.includes('\u001b') ? `\u001b[31m${shown}\u001b[0m` : shown,
  ];
  return `${parts.join(' ')}\n`;
}

/** `-- web-r1-0 (generation 2, node_x): its container has ended with code 1` */
export function renderNotice(record: LogNotice): string {
  const { generation, nodeId } = record;
  const facts = [...(generation === undefined ? [] : [`generation ${generation}`]), ...(nodeId === '' ? [] : [nodeId])];
  const where = facts.length === 0 ? '' : ` (${facts.join(', ')})`;
  return `-- ${`${nameOf(record)}${where}`.trim()}: ${tame(record.message)}\n`;
}

function nameOf({ replicaId, containerId = '' }: LogLineRecord | LogNotice): string {
  return replicaId ?? containerId.slice(0, 12);
}

function painted(text: string, record: LogLineRecord, { color }: RenderOptions): string {
  return color ? `\u001b[${COLORS[hash(nameOf(record)) % COLORS.length] ?? 36}m${text}\u001b[0m` : text;
}

/** Neighbours by number get neighbouring colours, which differ. */
function hash(name: string): number {
  let sum = 0;
  for (const character of name) sum = (sum + (character.codePointAt(0) ?? 0)) % 100_000;
  return sum;
}

/** Colours, which are let through, or a run of other control characters but tabs. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROLS = /(\u001b\[[0-9;]*m)|[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/g;

/** Tabs and colours stay; every other control character becomes a space. */
function tame(text: string): string {
  return text.replaceAll(CONTROLS, (_, sgr?: string) => sgr ?? ' ');
}
