import { isSame } from '../../same.ts';
import { formatBytes, formatCpu, parseBytes, parseCpu } from '../../quantity.ts';
import { leavesOf, type Leaf } from './leaves.ts';

/** One field that differs. `before` absent: it was added; `after` absent: it was taken away. */
export interface Change {
  /** `resources.cpu`, `envars.PORT`, `image` */
  readonly field: string;
  readonly before?: Leaf;
  readonly after?: Leaf;
  /** `CPU 500m -> 1 (+100 %)` */
  readonly text: string;
}

interface Unit {
  readonly label: string;
  /** The quantity as a number; undefined for what is none. */
  readonly read: (value: Leaf) => number | undefined;
  /** A number without a unit of its own is shown in this form. */
  readonly show?: (value: number) => string;
}

const cpu = (value: Leaf): number | undefined => (typeof value === 'string' ? parseCpu(value) : undefined);
const bytes = (value: Leaf): number | undefined => (typeof value === 'string' ? parseBytes(value) : undefined);
const number = (value: Leaf): number | undefined => (typeof value === 'number' ? value : undefined);

/** Fields that are quantities: equal amounts are equal, whatever their unit. */
const UNITS: ReadonlyMap<string, Unit> = new Map<string, Unit>([
  ['resources.cpu', { label: 'CPU', read: cpu }],
  ['resources.memory', { label: 'memory', read: bytes }],
  ['resources.vram', { label: 'VRAM', read: bytes }],
  ['cpuMillis', { label: 'CPU', read: number, show: formatCpu }],
  ['memoryBytes', { label: 'memory', read: number, show: formatBytes }],
  ['vramBytes', { label: 'VRAM', read: number, show: formatBytes }],
]);

/** Every field in which the two differ, each once, in the order of their names. */
export function changesBetween(before: object, after: object): readonly Change[] {
  const [old, young] = [leavesOf(before), leavesOf(after)];
  const fields = [...new Set([...old.keys(), ...young.keys()])].toSorted();
  return fields.flatMap((field) => changeOf(field, old.get(field), young.get(field)) ?? []);
}

function changeOf(field: string, before: Leaf | undefined, after: Leaf | undefined): Change | undefined {
  if (isSame(amountOf(field, before), amountOf(field, after))) return undefined;
  return {
    field,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    text: textOf(field, before, after),
  };
}

function amountOf(field: string, value: Leaf | undefined): Leaf | undefined {
  return value === undefined ? undefined : (UNITS.get(field)?.read(value) ?? value);
}

function textOf(field: string, before: Leaf | undefined, after: Leaf | undefined): string {
  const label = UNITS.get(field)?.label ?? field;
  if (before === undefined) return `${label} added: ${shownOf(field, after)}`;
  if (after === undefined) return `${label} removed, was ${shownOf(field, before)}`;
  return `${label} ${shownOf(field, before)} -> ${shownOf(field, after)}${growthOf(field, before, after)}`;
}

function shownOf(field: string, value: Leaf | undefined): string {
  const show = UNITS.get(field)?.show;
  if (show !== undefined && typeof value === 'number') return show(value);
  if (value === '') return '""';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** ` (+100 %)`, of quantities; `+0 %` would deny a change. */
function growthOf(field: string, before: Leaf, after: Leaf): string {
  const unit = UNITS.get(field);
  const [old, young] = [unit?.read(before), unit?.read(after)];
  if (old === undefined || young === undefined || old === 0) return '';
  const percent = Math.round((young / old - 1) * 100);
  return percent === 0 ? '' : ` (${percent > 0 ? '+' : ''}${percent} %)`;
}
