/** What a span is told when it begins. */
export interface SpanOptions {
  readonly kind: 'server' | 'client' | 'consumer' | 'internal';
  readonly attributes: Readonly<Record<string, string | number>>;
  /** W3C `traceparent` of what led to it; the span that is open where it begins when absent. */
  readonly parent?: string | undefined;
}

/** A span that is open. */
export interface OpenSpan {
  set(attributes: SpanOptions['attributes']): void;
}

/** What was done for one request, as a tree over processes. Nothing outside this folder knows OpenTelemetry. */
export interface Tracing extends AsyncDisposable {
  /** Runs work in a span of its own; what it throws is the span's failure, and is passed on. */
  span<Result>(name: string, options: SpanOptions, run: (span: OpenSpan) => Promise<Result>): Promise<Result>;
  /** Of the open span, as W3C Trace Context has it; undefined where none is open. */
  traceparent(): string | undefined;
}

const NO_SPAN: OpenSpan = { set: () => undefined };

/** Runs the work, and that is all. */
export const NO_TRACING: Tracing = {
  span: (_, __, run) => run(NO_SPAN),
  traceparent: () => undefined,
  [Symbol.asyncDispose]: async () => undefined,
};

/** Where spans go to. */
export interface TracingOptions {
  /** `http://127.0.0.1:4318`: `/v1/traces` is added. */
  readonly endpoint: string;
  readonly serviceName: string;
  readonly version: string;
  /** Share of the traces that begin here, 0 to 1; those that callers begin are kept as the caller says. */
  readonly ratio: number;
  readonly onError: (error: unknown) => void;
}

/** Loads the SDK only when it is wanted: without an endpoint not a line of it runs. */
export async function openTracing(options: TracingOptions | undefined): Promise<Tracing> {
  if (options === undefined) return NO_TRACING;
  return (await import('./otlp.ts')).otlpTracing(options);
}
