import { connectEngine, type ConnectOptions } from '../engine/connect.ts';
import type { Engine } from '../engine/engine.ts';

/** One handle per engine and process: its bound on calls in flight is a bound on the node. */
export interface EnginePool extends AsyncDisposable {
  at(url: string): Engine;
}

export function enginePool(options: ConnectOptions = {}): EnginePool {
  const engines = new Map<string, Engine>();
  return {
    at(url) {
      const engine = engines.get(url) ?? connectEngine(url, options);
      engines.set(url, engine);
      return engine;
    },
    async [Symbol.asyncDispose]() {
      for (const engine of engines.values()) await engine[Symbol.asyncDispose]();
      engines.clear();
    },
  };
}
