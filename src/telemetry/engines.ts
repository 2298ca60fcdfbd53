import { EngineError } from '../engine/engine-error.ts';
import type { Engine } from '../engine/engine.ts';
import type { EnginePool } from '../workers/engine-pool.ts';
import { secondsSince, type Telemetry } from './telemetry.ts';

/** Engines whose calls are measured and traced, whichever they are; streams of lines and events are passed on as they are. */
export function observedEngines(pool: EnginePool, telemetry: Telemetry): EnginePool {
  const engines = new Map<string, Engine>();
  return {
    at(url) {
      const engine = engines.get(url) ?? observed(pool.at(url), telemetry);
      engines.set(url, engine);
      return engine;
    },
    async [Symbol.asyncDispose]() {
      engines.clear();
      await pool[Symbol.asyncDispose]();
    },
  };
}

type Streaming = {
  [K in keyof Engine]: Engine[K] extends (...given: never[]) => AsyncIterable<unknown> ? K : never;
}[keyof Engine];
/** What answers in parts is followed for as long as its reader likes: that is no call's duration. The compiler asks for each. */
const STREAMING = { logs: true, events: true, saveImage: true } as const satisfies Record<Streaming, true>;

type Call = (...given: unknown[]) => unknown;

function observed(engine: Engine, telemetry: Telemetry): Engine {
  const calls = new Map<PropertyKey, Call>();
  return new Proxy(engine, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      const known = calls.get(name);
      if (known !== undefined) return known;
      const own = (value as Call).bind(target);
      const call = typeof name === 'symbol' ? own : measured(name, own, target.url, telemetry);
      calls.set(name, call);
      return call;
    },
  });
}

function measured(operation: string, call: Call, engine: string, { metrics, tracing }: Telemetry): Call {
  return (...given) => {
    const begin = performance.now();
    const attributes = { 'deploy_svc.engine': engine };
    if (Object.hasOwn(STREAMING, operation)) return call(...given);
    const run = async (): Promise<unknown> => {
      metrics.add('engine_calls_in_flight', {}, 1);
      let outcome = 'ok';
      try {
        return await call(...given);
      } catch (error) {
        outcome = error instanceof EngineError ? error.code : 'aborted';
        if (error instanceof EngineError) metrics.count('engine_failures_total', { engine, code: error.code });
        throw error;
      } finally {
        metrics.add('engine_calls_in_flight', {}, -1);
        metrics.observe('engine_call_duration_seconds', { operation, outcome }, secondsSince(begin));
      }
    };
    // A heartbeat belongs to no trace, and there is one for each node every second.
    if (tracing.traceparent() === undefined) return run();
    return tracing.span(`engine ${operation}`, { kind: 'client', attributes }, run);
  };
}
