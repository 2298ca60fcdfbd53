import { describe, expect, test } from 'vitest';

import { deriveTemplate, fingerprintOf } from '../deployment/derive-template.ts';
import { parseDefinition } from '../definition/parse.ts';
import { parseDeployment } from '../deployment/parse.ts';
import { InvalidInput, type Problem } from '../problem.ts';
import { startPaceMs } from './pace.ts';
import type { ProbesSpec } from './spec.ts';

const parse = (probes: unknown): ProbesSpec | undefined =>
  parseDeployment({ id: 'd', definitionId: 'def', probes }, 'x').probes;

function problemsOf(probes: unknown): readonly Problem[] {
  try {
    parse(probes);
    return [];
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems;
    throw error;
  }
}

test('probes read back as they were written', () => {
  const probes = {
    start: { tcp: {}, failureThreshold: 30 },
    ready: { http: { path: '/ready?deep=1', port: 8080 }, periodSeconds: 2, timeoutSeconds: 3, successThreshold: 2 },
    live: { exec: { command: ['test', '-f', '/tmp/live'] } },
  };
  expect(parse(probes)).toEqual(probes);
  expect(parseDefinition({ id: 'def', image: { name: 'web:1', internalPorts: [80] }, probes }).probes).toEqual(probes);
});

test.each<[unknown, Partial<Problem>]>([
  [{ ready: {} }, { field: 'probes.ready.http', message: 'the probe says nothing to ask' }],
  [{ ready: { http: { path: '/' }, tcp: {} } }, { field: 'probes.ready.tcp', message: 'the probe says http and tcp' }],
  [{ ready: { http: {} } }, { field: 'probes.ready.http.path', message: 'is required' }],
  [{ ready: { http: { path: 'healthz' } } }, { field: 'probes.ready.http.path' }],
  [{ ready: { http: { path: '/a b' } } }, { field: 'probes.ready.http.path' }],
  [{ ready: { tcp: { port: 70_000 } } }, { field: 'probes.ready.tcp.port', hint: 'nearest: 65535' }],
  [{ live: { exec: { command: 'true' } } }, { field: 'probes.live.exec.command', message: '"true" is no command' }],
  [{ live: { exec: { command: [] } } }, { field: 'probes.live.exec.command' }],
  [{ live: { exec: { command: ['sleep', 1] } } }, { field: 'probes.live.exec.command', hint: 'quote it: "1"' }],
  [{ live: { exec: {} } }, { field: 'probes.live.exec.command', message: 'is required' }],
  [{ live: { tcp: {}, successThreshold: 2 } }, { field: 'probes.live.successThreshold', hint: 'leave it out' }],
  [{ live: { tcp: {}, periodSeconds: 0 } }, { field: 'probes.live.periodSeconds', hint: 'nearest: 1' }],
  [{ live: { tcp: {}, failureThreshold: '3' } }, { field: 'probes.live.failureThreshold' }],
  ['on', { field: 'probes' }],
])('%j is refused with what, where and the nearest valid form', (probes, expected) => {
  expect(problemsOf(probes)).toEqual([expect.objectContaining(expected)]);
});

describe('the template', () => {
  const definition = parseDefinition({
    id: 'def',
    image: { name: 'web:1', internalPorts: [8080] },
    probes: { ready: { http: { path: '/ready' } }, live: { tcp: {} } },
  });
  const template = (probes: unknown): ReturnType<typeof deriveTemplate> =>
    deriveTemplate(parseDeployment({ id: 'd', definitionId: 'def', probes }, 'x'), definition);
  const fingerprint = (probes: unknown): string => {
    const derived = template(probes);
    return 'template' in derived ? fingerprintOf(derived.template) : derived.problem;
  };

  test('takes each probe of the deployment over that of the definition', () => {
    expect(template({ ready: { tcp: {} } })).toMatchObject({
      template: { probes: { ready: { tcp: {} }, live: { tcp: {} } } },
    });
  });

  test('of another probe is another revision, and without probes it is what it was', () => {
    expect(fingerprint({ ready: { tcp: {} } })).not.toBe(fingerprint(undefined));
    expect(fingerprint({ live: { tcp: {} } })).toBe(fingerprint(undefined));
    const { probes: _, ...plain } = definition;
    const derived = deriveTemplate(parseDeployment({ id: 'd', definitionId: 'def' }, 'x'), plain);
    expect('template' in derived && Object.hasOwn(derived.template, 'probes')).toBe(false);
  });

  test('is refused where a probe could never pass', () => {
    expect(template({ start: { tcp: { port: 9 } } })).toEqual({
      problem: "the start probe asks port 9 of the image, which publishes 8080: add it to the definition's ports",
    });
  });
});

test('a start is asked quickly at first, then each second, and never slower than its period', () => {
  expect([0, 1, 2, 3, 4, 5, 6, 100].map((asked) => startPaceMs(asked, 10_000))).toEqual([
    25, 50, 100, 200, 400, 800, 1_000, 1_000,
  ]);
  expect(startPaceMs(9, 300)).toBe(300);
});
