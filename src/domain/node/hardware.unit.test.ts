import { describe, expect, test } from 'vitest';

import { InvalidInput } from '../problem.ts';
import { parseBytes } from '../quantity.ts';
import { usableCards } from './cards.ts';
import { decideRegisterNode } from './decide.ts';
import type { NodeCapacity } from './events.ts';
import { evolveNode, type NodeState } from './evolve.ts';
import { parseNode } from './parse.ts';

const Mi = 2 ** 20;
const cpuOnly: NodeCapacity = { cpuMillis: 4_000, memoryBytes: 1_000, gpus: [] };

function measured(...mebibytes: readonly number[]): NodeCapacity {
  return { ...cpuOnly, gpus: mebibytes.map((size, index) => ({ name: 'card', vramBytes: size * Mi, index })) };
}

function register(sent: object, told: NodeCapacity = cpuOnly, before?: NodeState): NodeState {
  const input = parseNode({ url: 'tcp://a:1', ...sent });
  const state = decideRegisterNode(before, 'n', input, told).reduce<NodeState | undefined>(evolveNode, before);
  if (state === undefined) throw new Error('not registered');
  return state;
}

function usable({ capacity, reserve }: NodeState): readonly number[] {
  return usableCards(capacity, reserve).map(({ vramBytes }) => vramBytes);
}

describe('with the default margin what is printed on a card fits on it', () => {
  test.each([
    ['H100', 81_559, '80GB', true],
    ['H100', 81_559, '80Gi', false],
    ['A100', 40_960, '40GB', true],
    ['L4', 23_034, '24GB', true],
    ['RTX 3090', 24_576, '24GB', true],
    ['V100', 16_384, '16Gi', false],
  ])('%s, which reports %d MiB, holds %s: %s', (_, reported, asked, holds) => {
    const [bytes = 0] = usable(register({}, measured(reported)));
    expect(bytes >= (parseBytes(asked) ?? 0)).toBe(holds);
  });
});

describe('cards', () => {
  const declared = { gpus: [{ name: 'H100', vram: '80GB' }] };

  test('that are declared can be given away whole', () => {
    const state = register(declared);
    expect(state.capacity.gpus).toEqual([{ name: 'H100', vramBytes: 80e9, index: 0, declared: true }]);
    expect(state.reserve).toBeUndefined();
    expect(usable(state)).toEqual([80e9]);
    expect(usable(register({ ...declared, gpuMargin: '1GB' }))).toEqual([79e9]);
  });

  test('stay declared when nothing is said, and give way when the host can be asked', () => {
    const first = register(declared);
    expect(register({}, cpuOnly, first)).toEqual(first);
    const asked = register({}, measured(81_559), first);
    expect(asked.capacity.gpus).toEqual(measured(81_559).gpus);
    expect(usable(asked)).toEqual([(81_559 - 128) * Mi]);
    expect(register({ gpus: [] }, cpuOnly, first).capacity.gpus).toEqual([]);
  });

  test('cannot be declared against what the host reports', () => {
    const problem = { field: 'gpus', message: 'the host reports its own cards (card)', hint: 'leave out --gpu' };
    expect(() => register(declared, measured(8))).toThrow(new InvalidInput([problem]));
  });

  test('are not more and not larger than there are', () => {
    const many = Array.from({ length: 65 }, () => ({ name: 'L4', vram: '24GB' }));
    expect(() => register({ gpus: many })).toThrow('gpus: are 65, more than a host has (at most 64)');
    expect(() => register({ gpus: [{ name: 'L4', vram: '17Ti' }] })).toThrow(
      'gpus[0].vram: "17Ti" is more than a card has',
    );
    expect(usable(register({ gpus: many.slice(1) }))).toHaveLength(64);
  });

  test('that the engine names without their size are replaced by declared ones', () => {
    const named = { ...cpuOnly, gpus: [{ name: 'NVIDIA-GPU=0', vramBytes: 0 }] };
    expect(register(declared, named).capacity.gpus[0]?.vramBytes).toBe(80e9);
    expect(register({}, named).capacity.gpus).toEqual(named.gpus);
  });
});

describe('what is kept back', () => {
  const reserve = { cpu: '500m', memory: '1Gi' };

  test('is nothing of CPU and memory by default, and stays as it was said', () => {
    expect(register({}).reserve).toBeUndefined();
    const first = register({ reserve });
    expect(first.reserve).toEqual({ cpuMillis: 500, memoryBytes: 2 ** 30, gpuMarginBytes: 0 });
    expect(register({}, cpuOnly, first)).toEqual(first);
    expect(register({ reserve: { cpu: '0' } }, cpuOnly, first).reserve?.cpuMillis).toBe(0);
  });

  test('of cards stays as it was said too, 0 included', () => {
    const first = register({ gpuMargin: '0' }, measured(100));
    expect(usable(first)).toEqual([100 * Mi]);
    const second = register({ gpuMargin: '10Mi' }, measured(100), first);
    expect(usable(register({}, measured(100, 50), second))).toEqual([90 * Mi, 40 * Mi]);
  });

  test('is refused with the accepted forms when it is no quantity', () => {
    const problems = [
      {
        field: 'gpus[0].vram',
        message: '"80 GB" is no quantity above 0',
        hint: 'write it like "128Mi", "4Gi", "512M" or "24GB"',
      },
      {
        field: 'gpuMargin',
        message: '"1gi" is no quantity',
        hint: 'write it like "128Mi", "4Gi", "512M" or "24GB", or "0"',
      },
      { field: 'reserve.cpu', message: '"-1" is no quantity', hint: 'write it like "500m", "1" or "2.5", or "0"' },
    ];
    const sent = { gpus: [{ name: 'H100', vram: '80 GB' }], gpuMargin: '1gi', reserve: { cpu: '-1' } };
    expect(() => register(sent)).toThrow(new InvalidInput(problems));
  });
});
