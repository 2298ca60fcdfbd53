import { expect, test } from 'vitest';

import { parseGpus } from './nvidia-smi.ts';

// As a host with two H100s prints it.
const TWO = [
  '0, NVIDIA H100 80GB HBM3, 00000000:1B:00.0, 81559, 61021, 97, 64, P0, 612.53, 700.00, Default',
  '1, NVIDIA H100 80GB HBM3, 00000000:43:00.0, 81559, 0, 0, 31, P0, 70.21, 700.00, Exclusive_Process',
  '',
].join('\n');

test('every card with its numbers', () => {
  const [first, second] = parseGpus(TWO);
  expect(first).toEqual({
    index: 0,
    name: 'NVIDIA H100 80GB HBM3',
    busId: '00000000:1B:00.0',
    vramBytes: 81_559 * 2 ** 20,
    usedBytes: 61_021 * 2 ** 20,
    utilization: 97,
    temperature: 64,
    performanceState: 'P0',
    powerUsage: 612.53,
    powerCap: 700,
    computeMode: 'Default',
  });
  expect(second).toMatchObject({ index: 1, utilization: 0, computeMode: 'Exclusive_Process' });
});

test('what a card does not tell is 0 or empty, and what is no card is none', () => {
  const csv =
    'WARNING: infoROM is corrupted\n3, T4, 0000:00:04.0, 15360, 3, [N/A], [Not Supported], [N/A], [N/A], [N/A], [N/A]\n';
  const untold = { utilization: 0, temperature: 0, powerUsage: 0, powerCap: 0, performanceState: '', computeMode: '' };
  expect(parseGpus(csv)).toEqual([expect.objectContaining({ index: 3, name: 'T4', ...untold })]);
  expect(parseGpus('No devices were found\n')).toEqual([]);
});
