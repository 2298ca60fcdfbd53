import { setTimeout as delay } from 'node:timers/promises';

import fc from 'fast-check';

import { createClient } from '../src/api/client.ts';
import type { OperationName } from '../src/api/contract/operations.ts';
import { ROUTES } from '../src/api/contract/routes.ts';
import { faultsOf } from '../test/support/fuzz/judge.ts';
import { type FuzzRequest, requestsFor } from '../test/support/fuzz/requests.ts';
import { fuzzSender } from '../test/support/fuzz/send.ts';
import { startProcess } from '../test/support/service-process.ts';
import type { Bench, Benchmark, Outcome } from './benchmark.ts';
import { latencies, median, percentile } from './support/statistics.ts';

const AIM = 2;
const SEED = 1;
/** Milliseconds from one request to the next: good ones, and bad ones. */
const PACE = { good: 5, bad: 10 };
const SECONDS = { warmUp: 2, measured: 8 };
/** Left out: git and engines run programs of their own, and some would take the good traffic's token away. */
const LEFT_OUT: readonly OperationName[] = ['checkoutRepo', 'checkoutByQuery', 'revokeTokens', 'refreshToken'];

/** What badly formed requests cost those who send good ones. */
export const fuzzP99: Benchmark = {
  id: 'fuzz-p99',
  title: `200 good requests a second, p99 with and without 100 bad ones a second beside them (all routes, from their schemas)`,
  unit: 'ms',
  peer: 'the same without the bad ones',
  aim: AIM,
  engine: false,
  run,
};

async function run({ postgres, pairs, say }: Bench): Promise<Outcome> {
  const bad = (Object.keys(ROUTES) as OperationName[])
    .filter((name) => !LEFT_OUT.includes(name))
    .flatMap((name) => fc.sample(requestsFor(name), { numRuns: 30, seed: SEED }))
    .toSorted((a, b) => a.path.length - b.path.length || (a.path < b.path ? -1 : 1));
  const [alone, beside]: [number[], number[]] = [[], []];
  for (let pair = 0; pair < pairs; pair += 1) {
    await postgres.fresh(async (databaseUrl) => {
      await using service = await startProcess({ databaseUrl, roles: 'api', settings: { TOKEN_LIFE: '3600' } });
      const url = service.url ?? '';
      const { body } = await createClient({ baseUrl: url }).call('login', {
        body: { slug: '1backend', password: 'changeme' },
      });
      const token = body.token.token;
      await good(url, token, SECONDS.warmUp);
      const before = await good(url, token, SECONDS.measured);
      const [during, sent] = await both(url, token, bad);
      say(`  alone ${latencies(before)}; beside ${sent} bad requests ${latencies(during)}`);
      alone.push(percentile(before, 0.99));
      beside.push(percentile(during, 0.99));
    });
  }
  const [value, peerValue] = [median(beside), median(alone)];
  const ratio = value / peerValue;
  const text = `p99 ${value.toFixed(1)} ms instead of ${peerValue.toFixed(1)} ms, ${ratio.toFixed(2)} times, aim at most ${AIM}`;
  return { value, peerValue, ratio, conditions: [{ text, met: ratio <= AIM }], spent: [] };
}

/** Lists deployments at the pace, whether or not the one before has been answered. Returns milliseconds of each. */
async function good(url: string, token: string, seconds: number): Promise<number[]> {
  const client = createClient({ baseUrl: url, token });
  const asked: Promise<number>[] = [];
  const end = performance.now() + seconds * 1_000;
  for (let at = performance.now(); at < end; at += PACE.good) {
    await delay(Math.max(0, at - performance.now()));
    const from = performance.now();
    asked.push(client.call('listDeployments', { body: {} }).then(() => performance.now() - from));
  }
  return Promise.all(asked);
}

/** Good ones and bad ones. Throws when a bad one is answered as it must not be. */
async function both(url: string, token: string, bad: readonly FuzzRequest[]): Promise<[number[], number]> {
  using sender = fuzzSender(url);
  const measured = good(url, token, SECONDS.measured);
  const asked: Promise<void>[] = [];
  const end = performance.now() + SECONDS.measured * 1_000;
  for (let at = performance.now(), next = 0; at < end; at += PACE.bad, next += 1) {
    await delay(Math.max(0, at - performance.now()));
    // A step that shares no divisor with the length goes through all of them, and mixes the routes.
    const wanted = bad[(next * 101) % bad.length];
    if (wanted === undefined) throw new Error('there are no bad requests');
    asked.push(sendOne(sender, wanted, token));
  }
  await Promise.all(asked);
  return [await measured, asked.length];
}

async function sendOne(sender: ReturnType<typeof fuzzSender>, wanted: FuzzRequest, token: string): Promise<void> {
  const answer = await sender.send(wanted, wanted.as === 'admin' ? token : undefined);
  const faults = faultsOf(answer, wanted.method, true);
  if (faults.length > 0) throw new Error(`${wanted.method} ${wanted.path}: ${faults.join(', ')}`);
}
