import { cpuTimes, type CpuTimes } from './cpu.ts';

/** What a load came to. */
export interface LoadResult {
  /** Calls per second while measured. */
  readonly perSecond: number;
  /** Milliseconds of each measured call. */
  readonly latencies: readonly number[];
  /** Calls in all, those before the measurement too. */
  readonly calls: number;
  /** CPU time per call, in microseconds, warm-up and all. */
  readonly cpu: CpuTimes;
}

export interface LoadOptions {
  /** Callers that each make one call after the other. */
  readonly concurrency: number;
  /** Seconds before measuring begins: pools fill, code gets compiled. */
  readonly warmUp: number;
  /** Seconds of measuring. */
  readonly seconds: number;
  /** The database server's process id. */
  readonly server: number;
}

/** Keeps so many calls going for so long. The argument of a call is its number, from 0, and unique. */
export async function load(
  { concurrency, warmUp, seconds, server }: LoadOptions,
  call: (number: number) => Promise<unknown>,
): Promise<LoadResult> {
  const before = await cpuTimes(server);
  const begin = performance.now() + warmUp * 1_000;
  const end = begin + seconds * 1_000;
  const latencies: number[] = [];
  let calls = 0;
  const caller = async (): Promise<void> => {
    for (let sent = performance.now(); sent < end;) {
      await call(calls++);
      const answered = performance.now();
      if (answered >= begin && answered < end) latencies.push(answered - sent);
      sent = answered;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, caller));
  const after = await cpuTimes(server);
  const cpu = { own: (after.own - before.own) / calls, postgres: (after.postgres - before.postgres) / calls };
  return { perSecond: latencies.length / seconds, latencies, calls, cpu };
}
