import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags, type Context, type Span } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace';

import { ambient, within } from '../ambient.ts';
import type { SpanOptions, Tracing, TracingOptions } from './tracing.ts';

const KINDS: Readonly<Record<SpanOptions['kind'], SpanKind>> = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
};

/** One export with its repetitions; a process that ends waits so long for a collector that is away. */
const SEND_MS = 2_000;

/** Tells a collector of every span by OTLP over HTTP, in JSON; sent together, once a second at the latest. */
export function otlpTracing({ endpoint, serviceName, version, ratio, onError }: TracingOptions): Tracing {
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    timeoutMillis: SEND_MS,
  });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName, 'service.version': version }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [new BatchSpanProcessor({ exporter: telling(exporter, onError), scheduledDelayMillis: 1_000 })],
  });
  const tracer = provider.getTracer('deploy-svc', version);
  return {
    span: (name, { kind, attributes, parent }, run) => {
      const span = tracer.startSpan(name, { kind: KINDS[kind], attributes: { ...attributes } }, contextOf(parent));
      const traceId = span.spanContext().traceId;
      const opened = async (): Promise<Awaited<ReturnType<typeof run>>> => {
        try {
          return await run({ set: (more) => void span.setAttributes({ ...more }) });
        } catch (error) {
          span.setStatus({ code: SpanStatusCode.ERROR, message: nameOf(error) });
          throw error;
        } finally {
          span.end();
        }
      };
      return within({ span, fields: { traceId } }, opened);
    },
    traceparent: () => {
      const span = openSpan();
      return span && formatTraceparent(span);
    },
    // What cannot be sent at the end is lost, and is no reason to fail.
    [Symbol.asyncDispose]: () => provider.shutdown().catch(onError),
  };
}

/** What the exporter itself keeps quiet about: a collector that cannot be reached is said once it fails. */
function telling(exporter: OTLPTraceExporter, onError: (error: unknown) => void): OTLPTraceExporter {
  const send = exporter.export.bind(exporter);
  exporter.export = (spans: ReadableSpan[], done) => {
    send(spans, (result) => {
      if (result.error !== undefined) onError(result.error);
      done(result);
    });
  };
  return exporter;
}

/** A failure's message may hold what an engine or a database was given; its kind does not. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

function openSpan(): Span | undefined {
  return ambient().span as Span | undefined;
}

function contextOf(parent: string | undefined): Context {
  const remote = parent === undefined ? undefined : parseTraceparent(parent);
  if (remote !== undefined) return trace.setSpanContext(ROOT_CONTEXT, { ...remote, isRemote: true });
  const span = openSpan();
  return span === undefined ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, span);
}

/** https://www.w3.org/TR/trace-context/#traceparent-header-field-values */
function formatTraceparent(span: Span): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}

/** Undefined for what is no traceparent: a trace of our own begins. */
function parseTraceparent(text: string): { traceId: string; spanId: string; traceFlags: number } | undefined {
  const [, version, traceId = '', spanId = '', flags = ''] =
    /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/.exec(text) ?? [];
  if (version === undefined || version === 'ff' || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED };
}
