import { shown, type Input } from '../input.ts';
import { BYTES_FORMS, CPU_FORMS, parseBytes, parseCpu } from '../quantity.ts';
import { MAX_GPUS } from '../node/parse-hardware.ts';
import type { DeploymentSpec } from './events.ts';

/** What each replica may use, and holds on its node. */
export function resourcesOf(input: Input | undefined): DeploymentSpec['resources'] {
  if (input === undefined) return undefined;
  return {
    cpu: quantityOf(input, 'cpu', parseCpu, CPU_FORMS),
    memory: quantityOf(input, 'memory', parseBytes, BYTES_FORMS),
    vram: quantityOf(input, 'vram', parseBytes, BYTES_FORMS),
    gpus: gpusOf(input),
  };
}

/** Over how many cards the VRAM is split: without VRAM there is nothing to split. */
function gpusOf(input: Input): number | undefined {
  const gpus = input.integer('gpus', { min: 1, max: MAX_GPUS });
  if (gpus !== undefined && !input.has('vram')) {
    input.problem('gpus', `is ${gpus}, and vram is absent: it says how much of the cards is wanted`, 'vram: "80GB"');
  }
  return gpus;
}

/** A number of cores may come unquoted; an unquoted size would leave open which unit was meant. */
function quantityOf(
  input: Input,
  field: string,
  parse: (text: string) => number | undefined,
  forms: string,
): string | undefined {
  const raw = input.raw(field);
  const text = field === 'cpu' && typeof raw === 'number' ? String(raw) : raw;
  if (text === undefined || (typeof text === 'string' && parse(text) !== undefined)) return text;
  input.problem(field, `${shown(raw)} is no quantity above 0`, `write it like ${forms}`);
  return undefined;
}
