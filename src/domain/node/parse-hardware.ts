import { shown, type Input } from '../input.ts';
import { BYTES_FORMS, CPU_FORMS, parseBytes, parseCpu } from '../quantity.ts';
import type { HardwareInput } from './hardware.ts';

/** Cards of one host at most; the most that there are have 16. */
export const MAX_GPUS = 64;
/** Bytes of one card at most: clients read MiB as 32-bit numbers. */
const MAX_CARD_BYTES = 16 * 2 ** 40;

/** `gpus: [{ name, vram }]`, `gpuMargin` and `reserve: { cpu, memory }` of a node's registration. */
export function hardwareInputOf(input: Input): HardwareInput {
  const reserve = input.object('reserve');
  const gpus = input.list('gpus', cardOf);
  if (gpus !== undefined && gpus.length > MAX_GPUS) {
    input.problem('gpus', `are ${gpus.length}, more than a host has`, `at most ${MAX_GPUS}`);
  }
  return {
    gpus,
    gpuMarginBytes: amountOf(input, 'gpuMargin', parseBytes, BYTES_FORMS),
    reserveCpuMillis: reserve && amountOf(reserve, 'cpu', parseCpu, CPU_FORMS),
    reserveMemoryBytes: reserve && amountOf(reserve, 'memory', parseBytes, BYTES_FORMS),
  };
}

function cardOf(input: Input): { name: string; vramBytes: number } {
  const name = input.requiredText('name', 'what the card is, such as "H100"');
  const vram = input.requiredText('vram', `its memory, like ${BYTES_FORMS}`);
  const vramBytes = parseBytes(vram);
  if (vram !== '' && vramBytes === undefined) {
    input.problem('vram', `${shown(vram)} is no quantity above 0`, `write it like ${BYTES_FORMS}`);
  }
  if (vramBytes !== undefined && vramBytes > MAX_CARD_BYTES) {
    input.problem('vram', `${shown(vram)} is more than a card has`, 'at most "16Ti"');
  }
  return { name, vramBytes: vramBytes ?? 0 };
}

/** Unlike what a deployment requests, an amount that is kept back may be 0. */
function amountOf(
  input: Input,
  field: string,
  parse: (text: string) => number | undefined,
  forms: string,
): number | undefined {
  const text = input.text(field);
  if (text === undefined) return undefined;
  const amount = text === '0' ? 0 : parse(text);
  if (amount === undefined) input.problem(field, `${shown(text)} is no quantity`, `write it like ${forms}, or "0"`);
  return amount;
}
