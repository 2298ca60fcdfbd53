import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { parseExposition, valueOf } from '../../test/observability/support/exposition.ts';
import { INSTRUMENTS, PREFIX, type InstrumentName } from './catalogue.ts';
import { openMetrics, type Metrics } from './metrics.ts';

const open = (onError: (error: unknown) => void = () => undefined): Metrics =>
  openMetrics({ version: '1.2.3', onError });
const names = Object.keys(INSTRUMENTS) as InstrumentName[];

/** Units that Prometheus has names for: https://prometheus.io/docs/practices/naming/ */
const NOT_BASE_UNITS = /_(milliseconds|ms|minutes|hours|kilobytes|megabytes|percent)(_|$)/;

describe.each(names)('%s', (name) => {
  const { type, help, labels } = INSTRUMENTS[name];

  test('is named as Prometheus names things', () => {
    expect(`${PREFIX}${name}`).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    expect(name).not.toMatch(NOT_BASE_UNITS);
    expect(name).not.toMatch(/_(count|sum|bucket|info_total)$/);
    // What is measured in a unit ends with it; what has none is a number of what it is named after.
    expect(type !== 'histogram' || /_(seconds|events)$/.test(name)).toBe(true);
    expect(help).toMatch(/^[A-Z].*\.$|^.*"\.$/);
  });

  test('has no label whose values grow without bounds', () => {
    for (const label of labels) expect(label).toMatch(/^[a-z][a-z_]*$/);
    // A gateway has backends of so many deployments, and counts for those alone.
    const counted = name.startsWith('gateway_') ? labels.filter((label) => label !== 'deployment') : labels;
    expect(
      counted.filter((label) => /deployment|replica|instance|job|user|correlation|container|le|id$/.test(label)),
    ).toEqual([]);
  });

  test('is in the table of docs/observability.md, with its type and its labels', () => {
    const page = readFileSync(resolve(import.meta.dirname, '../../docs/observability.md'), 'utf8');
    const row = page.split('\n').find((line) => line.startsWith(`| \`${PREFIX}${name}\` |`));
    expect(
      row
        ?.split('|')
        .slice(2, 4)
        .map((cell) => cell.trim()),
    ).toEqual([type, labels.join(', ')]);
  });
});

test('the page names no metric that is not there', () => {
  const page = readFileSync(resolve(import.meta.dirname, '../../docs/observability.md'), 'utf8');
  const named = [...page.matchAll(/deploy_svc_[a-z_]+/g)].map(([name]) => name.replace(/_(bucket|sum|count)$/, ''));
  const known = names.map((name) => `${PREFIX}${name}`);
  expect(named.filter((name) => !known.includes(name) && !known.some((each) => each.startsWith(name)))).toEqual([]);
});

test('what was counted, observed and set is told, in a text that parses to its end', async () => {
  using metrics = open();
  metrics.count('events_appended_total', { type: 'NodeLost' });
  metrics.count('events_appended_total', { type: 'NodeLost' }, 2);
  metrics.observe('plan_duration_seconds', {}, 0.003);
  metrics.add('engine_calls_in_flight', {}, 1);
  metrics.add('engine_calls_in_flight', {}, -1);
  metrics.replace('node_up', [{ labels: { node: 'a', cluster: 'c', zone: '' }, value: 1 }]);
  metrics.replace('node_up', [{ labels: { node: 'b', cluster: 'c', zone: '' }, value: 0 }]);
  const { text, contentType } = await metrics.expose();
  const families = parseExposition(text);
  expect(contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(valueOf(families, 'deploy_svc_events_appended_total', { type: 'NodeLost' })).toBe(3);
  expect(valueOf(families, 'deploy_svc_plan_duration_seconds_bucket', { le: '0.0025' })).toBe(0);
  expect(valueOf(families, 'deploy_svc_plan_duration_seconds_bucket', { le: '0.005' })).toBe(1);
  expect(valueOf(families, 'deploy_svc_engine_calls_in_flight')).toBe(0);
  expect(families.get('deploy_svc_node_up')?.samples.map(({ labels }) => labels['node'])).toEqual(['b']);
  expect(valueOf(families, 'deploy_svc_build_info', { version: '1.2.3' })).toBe(1);
  // Those of the process and of its event loop.
  expect(valueOf(families, 'process_cpu_seconds_total')).toBeGreaterThan(0);
  expect(families.has('nodejs_eventloop_lag_seconds')).toBe(true);
  expect(families.has('nodejs_gc_duration_seconds')).toBe(true);
});

test('any value of a label comes back as it was', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string(), async (engine) => {
      using metrics = open();
      metrics.count('engine_failures_total', { engine, code: 'timeout' });
      const families = parseExposition((await metrics.expose()).text);
      expect(valueOf(families, 'deploy_svc_engine_failures_total', { engine })).toBe(1);
    }),
    { numRuns: 25 },
  );
});

test('what cannot be read is left out, and told; the rest is there', async () => {
  const told: unknown[] = [];
  using metrics = open((error) => told.push(error));
  metrics.beforeEach(async () => {
    throw new Error('the database is away');
  });
  expect(parseExposition((await metrics.expose()).text).has('deploy_svc_build_info')).toBe(true);
  expect(told).toMatchObject([{ message: 'the database is away' }]);
});
