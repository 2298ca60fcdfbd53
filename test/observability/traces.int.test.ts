import { expect, test } from 'vitest';

import { createLogger, type Logger } from '../../src/logger.ts';
import { testService } from '../support/service.ts';
import { openCollector, type CollectedSpan } from './support/collector.ts';
import { rollOut, simulatedHosts } from './support/rollout.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';

/** The names of the spans from this one up to the caller's. */
function pathOf(spans: readonly CollectedSpan[], from: CollectedSpan): readonly string[] {
  const parent = spans.find(({ spanId }) => spanId === from.parentSpanId);
  return [from.name, ...(parent === undefined ? [from.parentSpanId ?? 'root'] : pathOf(spans, parent))];
}

test("one trace spans the caller's request, the plan and the start of the container", async () => {
  await using collector = await openCollector();
  using hosts = simulatedHosts('traces-a');
  {
    await using service = await testService({ NODES: hosts.nodes, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    await rollOut({ url: service.url, id: 'web', replicas: 1, headers: { traceparent: `00-${TRACE}-${CALLER}-01` } });
    // What came of the request carries its trace as CloudEvents too.
    const decided = ['--type', 'DeploymentSaved', 'RevisionCreated', 'ContainerCreated', '--of', 'web'];
    const told = (await service.oo('events', ...decided, '-o', 'cloudevents')).trim().split('\n');
    expect(told).toHaveLength(3);
    const traces = told.map((line) => (JSON.parse(line) as { traceparent?: string }).traceparent?.split('-')[1]);
    expect(new Set(traces)).toEqual(new Set([TRACE]));
  }
  const own = collector.spans.filter(({ traceId }) => traceId === TRACE);
  const start = own.find(({ name }) => name === 'engine start');
  expect(start && pathOf(own, start)).toEqual([
    'engine start',
    'job start',
    'append',
    'job plan',
    'append',
    'HTTP PUT',
    CALLER,
  ]);
  const request = own.find(({ name }) => name === 'HTTP PUT');
  expect(request).toMatchObject({
    failed: false,
    attributes: { 'http.route': '/deploy-svc/deployment', 'http.response.status_code': 200 },
  });
  expect(start?.attributes).toEqual({ 'deploy_svc.engine': 'simulated://traces-a' });
  // Other requests are traces of their own.
  expect(collector.spans.some(({ traceId, name }) => name === 'HTTP GET' && traceId !== TRACE)).toBe(true);
});

test('who asks that nothing is kept is heard, and what is no traceparent begins a trace of its own', async () => {
  await using collector = await openCollector();
  using hosts = simulatedHosts('traces-b');
  {
    await using service = await testService({ NODES: hosts.nodes, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    const ask = (traceparent: string): Promise<Response> =>
      fetch(`${service.url}/healthz`, { headers: { traceparent } });
    await ask(`00-${TRACE}-${CALLER}-00`);
    await ask(`00-${'0'.repeat(32)}-${CALLER}-01`);
    await ask('nonsense');
  }
  const asked = collector.spans.filter(({ attributes }) => attributes['http.route'] === '/healthz');
  expect(asked.map(({ parentSpanId }) => parentSpanId)).toEqual([undefined, undefined]);
  expect(asked.some(({ traceId }) => traceId === TRACE)).toBe(false);
});

test('a collector that is away changes nothing but a line in the log', async () => {
  using hosts = simulatedHosts('traces-c');
  const nobody = await openCollector();
  await nobody[Symbol.asyncDispose]();
  const told: string[] = [];
  const log: Logger = { ...createLogger('silent'), warn: (message) => void told.push(message), with: () => log };
  {
    await using service = await testService({ NODES: hosts.nodes, OTEL_EXPORTER_OTLP_ENDPOINT: nobody.url }, log);
    await rollOut({ url: service.url, id: 'web', replicas: 1 });
  }
  expect(told).toContain('traces could not be sent');
});
