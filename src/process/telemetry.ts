import type { Config } from '../config.ts';
import type { Logger } from '../logger.ts';
import { openMetrics } from '../metrics/metrics.ts';
import { serveMetrics } from '../metrics/server.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { openTracing, type TracingOptions } from '../tracing/tracing.ts';
import { productVersion } from '../version.ts';

/** Where OpenTelemetry's collectors listen unless they are told otherwise. */
const DEFAULT_ENDPOINT = 'http://127.0.0.1:4318';

/** What this process measures, and where its traces go. */
export async function openTelemetry(stack: AsyncDisposableStack, config: Config, log: Logger): Promise<Telemetry> {
  const version = productVersion();
  const onError = (error: unknown): void => log.warn('what is measured could not be read', { error: String(error) });
  const metrics = stack.use(openMetrics({ version, onError }));
  const tracing = stack.use(await openTracing(tracingOptions(config, version, log)));
  return { metrics, tracing, log };
}

/** Serves the measurements on a port of their own, where the settings have one. Returns where others reach it. */
export async function tellMetrics(
  stack: AsyncDisposableStack,
  { METRICS_PORT: port, METRICS_HOST: host, METRICS_TOKEN: token }: Config,
  { metrics, log }: Telemetry,
): Promise<string | undefined> {
  if (port === undefined) return undefined;
  const server = stack.use(await serveMetrics({ metrics, host, port, token }));
  log.info('metrics', { url: server.url });
  return server.address;
}

function tracingOptions(config: Config, version: string, log: Logger): TracingOptions | undefined {
  const { OTEL_TRACES_EXPORTER: exporter, OTEL_EXPORTER_OTLP_ENDPOINT: given } = config;
  const wanted = exporter === undefined ? given !== undefined : exporter === 'otlp';
  if (!wanted) return undefined;
  return {
    endpoint: given ?? DEFAULT_ENDPOINT,
    serviceName: config.OTEL_SERVICE_NAME,
    version,
    ratio: config.OTEL_TRACES_SAMPLER_ARG,
    onError: (error) => log.warn('traces could not be sent', { error: String(error) }),
  };
}
