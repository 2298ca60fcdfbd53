import { InvalidInput } from '../problem.ts';
import type { NodeCapacity, NodeReserve } from './events.ts';

/**
 * What is kept back of a card that was measured. A driver and its contexts take some of what a card reports, and what is
 * printed on the box should still fit: an H100 reports 81,559 MiB and has to hold `80GB` (76,294 MiB), an L4 23,034 MiB and
 * `24GB` (22,889 MiB), which leaves 145 MiB. Of a declared card nothing is kept back: whoever declares it says what to give.
 */
export const DEFAULT_GPU_MARGIN_BYTES = 128 * 2 ** 20;

type Card = NodeCapacity['gpus'][number];

/** What somebody who registers a node says of its hardware. What is absent stays as it was. */
export interface HardwareInput {
  /** Cards of a host that cannot be asked for them. */
  readonly gpus: readonly { readonly name: string; readonly vramBytes: number }[] | undefined;
  readonly gpuMarginBytes: number | undefined;
  readonly reserveCpuMillis: number | undefined;
  readonly reserveMemoryBytes: number | undefined;
}

/** What was known of the hardware before. */
interface Known {
  readonly capacity: NodeCapacity;
  readonly reserve?: NodeReserve | undefined;
}

/**
 * The capacity with its cards, and what is kept back of it. Cards that the engine's host has measured count; where none
 * were, those that are declared now or were before. Throws InvalidInput for a declaration against what was measured.
 */
export function hardwareOf(
  input: HardwareInput,
  told: NodeCapacity,
  before: Known | undefined,
): { readonly capacity: NodeCapacity; readonly reserve: NodeReserve | undefined } {
  const gpus = cardsOf(input, told, before?.capacity.gpus ?? []);
  const isDeclared = gpus.some(({ declared }) => declared === true);
  const wasDeclared = before?.capacity.gpus.some(({ declared }) => declared === true) ?? false;
  // A margin that was chosen for cards of the other kind says nothing about these.
  const kept =
    isDeclared === wasDeclared && gpus.length > 0 && before?.capacity.gpus.length ? before.reserve : undefined;
  const byDefault = isDeclared ? 0 : DEFAULT_GPU_MARGIN_BYTES;
  const reserve = {
    cpuMillis: input.reserveCpuMillis ?? before?.reserve?.cpuMillis ?? 0,
    memoryBytes: input.reserveMemoryBytes ?? before?.reserve?.memoryBytes ?? 0,
    gpuMarginBytes: gpus.length === 0 ? 0 : (input.gpuMarginBytes ?? kept?.gpuMarginBytes ?? byDefault),
  };
  const nothing = Object.values(reserve).every((amount) => amount === 0);
  return { capacity: { ...told, gpus }, reserve: nothing ? undefined : reserve };
}

function cardsOf(input: HardwareInput, told: NodeCapacity, before: readonly Card[]): readonly Card[] {
  const measured = told.gpus.some(({ vramBytes }) => vramBytes > 0);
  if (measured && input.gpus !== undefined) {
    const names = told.gpus.map(({ name }) => name).join(', ');
    throw new InvalidInput([
      { field: 'gpus', message: `the host reports its own cards (${names})`, hint: 'leave out --gpu' },
    ]);
  }
  if (measured) return told.gpus;
  const declared = before.filter(({ declared: said }) => said === true);
  const cards = input.gpus ?? (declared.length > 0 ? declared : told.gpus);
  if (input.gpus === undefined) return cards;
  return cards.map(({ name, vramBytes }, index) => ({ name, vramBytes, index, declared: true }));
}
