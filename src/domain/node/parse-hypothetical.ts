import { IDENTIFIER, IDENTIFIER_FORM } from '../identifier.ts';
import { shown, type Input } from '../input.ts';
import { BYTES_FORMS, CPU_FORMS, parseBytes, parseCpu } from '../quantity.ts';
import type { NodeCapacity } from './events.ts';
import { hardwareInputOf } from './parse-hardware.ts';

/** A node that there is not: what would be if there were. */
export interface HypotheticalNode {
  readonly name: string;
  readonly cluster: string;
  readonly zone: string;
  readonly labels: Record<string, string>;
  readonly capacity: NodeCapacity;
}

/** `{ name, cluster, zone, cpu, memory, gpus: [{ name, vram }], labels }`; problems are noted. */
export function hypotheticalNodeOf(input: Input): HypotheticalNode {
  const name = input.requiredText('name', 'what the node would be known by');
  if (name !== '' && !IDENTIFIER.test(name)) input.problem('name', `${shown(name)} is no name`, IDENTIFIER_FORM);
  const { gpus = [] } = hardwareInputOf(input);
  return {
    name,
    cluster: input.text('cluster') ?? '',
    zone: input.text('zone') ?? '',
    labels: input.texts('labels', (key) => (key === '' ? 'a label needs a name' : undefined)) ?? {},
    capacity: {
      cpuMillis: amountOf(input, 'cpu', parseCpu, CPU_FORMS),
      memoryBytes: amountOf(input, 'memory', parseBytes, BYTES_FORMS),
      gpus: gpus.map((card, index) => ({ ...card, index, declared: true })),
    },
  };
}

function amountOf(input: Input, field: string, parse: (text: string) => number | undefined, forms: string): number {
  const text = input.requiredText(field, `write it like ${forms}`);
  const amount = parse(text);
  if (text !== '' && amount === undefined) {
    input.problem(field, `${shown(text)} is no quantity above 0`, `write it like ${forms}`);
  }
  return amount ?? 0;
}
