import fc from 'fast-check';
import { expect, test } from 'vitest';

import { deriveTemplate, fingerprintOf } from '../../src/domain/deployment/derive-template.ts';
import { parseDeployment } from '../../src/domain/deployment/parse.ts';
import { demandOf, type Demand } from '../../src/planner/placement/demand.ts';

function demanded(more: object): Demand {
  const spec = parseDeployment({ id: 'd', definitionId: 'def', ...more }, 'd');
  const derived = deriveTemplate(spec, { id: 'def', image: { name: 'constructor', internalPorts: [80] } });
  if ('problem' in derived) throw new Error(derived.problem);
  return demandOf(derived.template, spec, { other: ['n'] });
}

test('VRAM is split evenly over the cards, rounded up; without it no card is wanted', () => {
  expect(demanded({})).toMatchObject({ gpus: 0, cardBytes: 0 });
  expect(demanded({ resources: { vram: '80GB' } })).toMatchObject({ gpus: 1, cardBytes: 80e9 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 1, max: 10 ** 12 }), (gpus, bytes) => {
      const { cardBytes } = demanded({ resources: { vram: String(bytes), gpus } });
      expect(cardBytes * gpus).toBeGreaterThanOrEqual(bytes);
      expect((cardBytes - 1) * gpus).toBeLessThan(bytes);
    }),
  );
});

test('to write down that one card is wanted is no new revision', () => {
  const fingerprint = (resources: object): string => {
    const spec = parseDeployment({ id: 'd', definitionId: 'def', resources }, 'd');
    const derived = deriveTemplate(spec, { id: 'def', image: { name: 'web', internalPorts: [80] } });
    return 'template' in derived ? fingerprintOf(derived.template) : derived.problem;
  };
  expect(fingerprint({ vram: '8G', gpus: 1 })).toBe(fingerprint({ vram: '8G' }));
  expect(fingerprint({ vram: '8G', gpus: 2 })).not.toBe(fingerprint({ vram: '8G' }));
});

test('an image that nobody has pulled is nowhere, whatever its name', () => {
  expect(demanded({}).imageOn.size).toBe(0);
});
