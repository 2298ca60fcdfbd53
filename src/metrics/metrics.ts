import { setImmediate as nextTurn } from 'node:timers/promises';

import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from '@prometheus-io/client';

import { INSTRUMENTS, PREFIX, type InstrumentName, type InstrumentOf, type LabelsOf } from './catalogue.ts';

/** Measured values of this process, and those of the installation that it was given to tell. */
export interface Metrics extends Disposable {
  count<N extends InstrumentOf<'counter'>>(name: N, labels: LabelsOf<N>, by?: number): void;
  observe<N extends InstrumentOf<'histogram'>>(name: N, labels: LabelsOf<N>, value: number): void;
  /** A gauge goes up, or down by a negative number. */
  add<N extends InstrumentOf<'gauge'>>(name: N, labels: LabelsOf<N>, by: number): void;
  /** The whole gauge anew: what is not named is not there any more. */
  replace<N extends InstrumentOf<'gauge'>>(name: N, values: readonly Reading<N>[]): void;
  /** Called before each exposition. What it throws is left out of that exposition, and told to `onError`. */
  beforeEach(read: () => Promise<void>): void;
  /** In the text format of Prometheus, version 0.0.4. */
  expose(): Promise<Exposition>;
}

export interface Reading<N extends InstrumentName> {
  readonly labels: LabelsOf<N>;
  readonly value: number;
}

export interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

export interface MetricsOptions {
  readonly version: string;
  readonly onError: (error: unknown) => void;
}

type Given = Record<string, string>;
interface Instruments {
  readonly counters: ReadonlyMap<InstrumentName, Counter<string>>;
  readonly gauges: ReadonlyMap<InstrumentName, Gauge<string>>;
  readonly histograms: ReadonlyMap<InstrumentName, Histogram<string>>;
}

/** A registry of its own, with every instrument of the catalogue and those of the process and its event loop. */
export function openMetrics({ version, onError }: MetricsOptions): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const { counters, gauges, histograms } = instrumentsIn(registry);
  const readers: (() => Promise<void>)[] = [];
  const gauge = (name: InstrumentName): Gauge<string> => found(gauges, name);
  gauge('build_info').set({ version, node_version: process.versions.node }, 1);
  return {
    count: (name, labels, by = 1) => found(counters, name).inc(labels as Given, by),
    observe: (name, labels, value) => found(histograms, name).observe(labels as Given, value),
    add: (name, labels, by) => gauge(name).inc(labels as Given, by),
    replace(name, values) {
      gauge(name).reset();
      for (const { labels, value } of values) gauge(name).set(labels as Given, value);
    },
    beforeEach: (read) => void readers.push(read),
    async expose() {
      await Promise.all(readers.map((read) => read().catch(onError)));
      return { contentType: registry.contentType, text: await written(registry) };
    },
    [Symbol.dispose]: () => registry.clear(),
  };
}

/** All of them, one after the other: what else the process has to do comes in between, as thousands of lines take milliseconds. */
async function written(registry: Registry): Promise<string> {
  const parts: string[] = [];
  for (const { name } of registry.getMetricsAsArray()) {
    parts.push(await registry.getSingleMetricAsString(name));
    await nextTurn();
  }
  return `${parts.join('\n')}\n`;
}

function instrumentsIn(registry: Registry): Instruments {
  const counters = new Map<InstrumentName, Counter<string>>();
  const gauges = new Map<InstrumentName, Gauge<string>>();
  const histograms = new Map<InstrumentName, Histogram<string>>();
  for (const key of Object.keys(INSTRUMENTS) as InstrumentName[]) {
    const instrument = INSTRUMENTS[key];
    const { help, labels } = instrument;
    const options = { name: `${PREFIX}${key}`, help, labelNames: [...labels] as string[], registers: [registry] };
    if (instrument.type === 'counter') counters.set(key, new Counter(options));
    else if (instrument.type === 'gauge') gauges.set(key, new Gauge(options));
    else histograms.set(key, new Histogram({ ...options, buckets: [...instrument.buckets] }));
  }
  return { counters, gauges, histograms };
}

function found<Of>(all: ReadonlyMap<InstrumentName, Of>, name: InstrumentName): Of {
  const instrument = all.get(name);
  if (instrument === undefined) throw new Error(`there is no instrument ${name} of that type`);
  return instrument;
}
