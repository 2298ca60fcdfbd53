import { Agent, request } from 'node:http';

/** What became of everything that was asked. */
export interface LoadTally {
  readonly asked: number;
  readonly answered: number;
  /** Why each request failed that did. */
  readonly failed: readonly string[];
  /** Requests that were under way in a gateway that was killed: each was asked once more of another one. */
  readonly excepted: number;
  /** How often each version answered. */
  readonly versions: Readonly<Record<string, number>>;
  /** Milliseconds, sorted. */
  readonly latencies: readonly number[];
}

export interface TrafficLoad {
  /** From now on this gateway is asked no more, and what breaks there is excepted. */
  killed(gatewayUrl: string): void;
  /** How many have been answered so far. */
  answered(): number;
  /** How often that version has answered so far. */
  answeredBy(version: string): number;
  /** Asks no more, waits for every answer and tells what became of all. */
  stop(): Promise<LoadTally>;
}

export interface LoadOptions {
  readonly gateways: readonly string[];
  readonly host: string;
  readonly perSecond: number;
  /** One in so many is a POST that takes a tenth of a second: it must not be asked twice, and is under way when something stops. */
  readonly slowOneIn: number;
  /** What is got otherwise; `/` by default. */
  readonly path?: string;
  /** No more are asked while so many are under way: a machine that cannot follow is not buried. */
  readonly mostUnderWay: number;
}

const TICK_MS = 10;
const TIMEOUT_MS = 30_000;

/**
 * Asks gateways at a steady rate, whatever they answer, half of it on connections that are kept and half on new ones, in turn
 * of each gateway that lives. Every answer other than 200 is a failure.
 */
export function startTrafficLoad(options: LoadOptions): TrafficLoad {
  const { gateways, host, perSecond, slowOneIn, mostUnderWay, path = '/' } = options;
  const kept = new Agent({ keepAlive: true, maxSockets: 64 });
  const dead = new Set<string>();
  const under = new Set<Promise<void>>();
  const failed: string[] = [];
  const versions: Record<string, number> = {};
  const latencies: number[] = [];
  const counts = { asked: 0, answered: 0, excepted: 0 };
  const living = (): readonly string[] => gateways.filter((gateway) => !dead.has(gateway));

  const ask = async (number: number): Promise<void> => {
    const from = performance.now();
    const gateway = living()[number % living().length] ?? '';
    const slow = number % slowOneIn === 0;
    // The halves of neither kind are those of one gateway.
    const agent = Math.floor(number / 2) % 2 === 0 ? kept : false;
    const once = (at: string): Promise<string> => answerOf({ gateway: at, host, path, slow, agent });
    try {
      const version = await once(gateway).catch((error: unknown) => {
        if (!dead.has(gateway)) throw error;
        counts.excepted += 1;
        return once(living()[0] ?? '');
      });
      counts.answered += 1;
      versions[version] = (versions[version] ?? 0) + 1;
      latencies.push(performance.now() - from);
    } catch (error) {
      failed.push(`${slow ? 'POST' : 'GET'} ${gateway}: ${String(error)}`);
    }
  };

  let since = performance.now();
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - since) / 1_000) * perSecond);
    // What is left of a request's time counts for the next; what is not asked now, because too many are under way, never is.
    since += (due / perSecond) * 1_000;
    for (let left = due; left > 0 && under.size < mostUnderWay; left -= 1, counts.asked += 1) {
      const asking = ask(counts.asked).finally(() => under.delete(asking));
      under.add(asking);
    }
  }, TICK_MS);
  return {
    killed: (gateway) => void dead.add(gateway),
    answered: () => counts.answered,
    answeredBy: (version) => versions[version] ?? 0,
    async stop() {
      clearInterval(timer);
      while (under.size > 0) await Promise.all(under);
      kept.destroy();
      return { ...counts, failed, versions, latencies: latencies.toSorted((a, b) => a - b) };
    },
  };
}

interface One {
  readonly gateway: string;
  readonly host: string;
  readonly path: string;
  readonly slow: boolean;
  readonly agent: Agent | false;
}

function answerOf({ gateway, host, path, slow, agent }: One): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { agent, headers: { host }, method: slow ? 'POST' : 'GET', timeout: TIMEOUT_MS };
    const asking = request(`${gateway}${slow ? '/cgi-bin/slow' : path}`, options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.once('error', reject);
      response.once('end', () => {
        if (response.statusCode === 200) resolve(text.trim());
        else reject(new Error(`${response.statusCode}: ${text.trim()}`));
      });
    });
    asking.once('timeout', () => asking.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
    asking.once('error', reject);
    asking.end(slow ? 'one body' : undefined);
  });
}
