import type { Logger } from '../../logger.ts';
import type { InFlight, Router, TrafficSample } from '../../routing/router.ts';
import { backendKey, backendsOf, EMPTY_TABLE, type RoutingTable } from '../../routing/table.ts';
import { inTurn } from '../in-turn.ts';
import { leftovers } from '../leftovers.ts';
import { tally, type Revision } from '../tally.ts';
import { adminAt, CaddyRefusal, type Admin, type Seen } from './admin.ts';
import { caddyLog, caddyServer, dialOf, type CaddyOptions } from './configuration.ts';
import { hearEvents, type Events } from './events.ts';
import { eventsPort, hasParts, withParts, type OwnParts } from './merge.ts';
import { openSentinel } from './sentinel.ts';

/** Upstreams that Caddy told of are remembered after they have gone, for what is told of them late; so many at most. */
const MOST_REMEMBERED = 10_000;

export interface CaddySettings extends Omit<CaddyOptions, 'modern' | 'events'> {
  /** Of the admin API: `http://127.0.0.1:2019`. */
  readonly admin: string;
}

/**
 * Drives a Caddy over its admin API: one server of its configuration is ours, the rest is left alone. Each beat reads the configuration
 * back, and mends what differs. While that fails nothing is told, and the router's lease ends.
 */
export class CaddyRouter implements Router {
  readonly kind = 'caddy';
  readonly #settings: CaddySettings;
  readonly #log: Logger;
  readonly #admin: Admin;
  readonly #alone = inTurn();
  readonly #left = leftovers();
  readonly #tally = tally();
  /** Upstream -> what its requests count for. */
  readonly #revisions = new Map<string, Revision>();
  /** Upstream that nothing is sent to any more -> the `backendKey` that it had. */
  #leaving: ReadonlyMap<string, string> = new Map();
  #table: RoutingTable = EMPTY_TABLE;
  #events: Events | undefined;
  /** Until Caddy has refused what only 2.7 knows. */
  #modern = true;

  constructor(settings: CaddySettings, log: Logger) {
    this.#settings = settings;
    this.#log = log;
    this.#admin = adminAt(settings.admin);
  }

  /** Whether upgraded connections outlive changes, and bodies stream both ways at once; known after the first table. */
  get modern(): boolean {
    return this.#modern;
  }

  async apply(table: RoutingTable): Promise<void> {
    await this.#alone(async () => {
      // Before it is known what is under way there: whatever comes until the new configuration is in force is counted too.
      const [counts, seen] = await Promise.all([this.#admin.upstreams(), this.#admin.read()]);
      this.#leaving = leavingOf(this.#table, table, this.#leaving, counts);
      this.#table = table;
      await this.#enforce(seen);
    });
  }

  async inFlight(): Promise<InFlight> {
    const told = await this.#alone(async () => {
      await this.#enforce(await this.#admin.read());
      return this.#leftAt();
    });
    this.#left.told(told);
    return told;
  }

  settled(signal: AbortSignal): Promise<void> {
    return this.#left.settled(() => this.#leftAt(), signal);
  }

  async samples(): Promise<readonly TrafficSample[]> {
    return this.#tally.take();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#events?.[Symbol.asyncDispose]();
  }

  /** Sees to it that Caddy has what the table says. Throws when somebody else has configured it since it was seen. */
  async #enforce({ config, tag }: Seen): Promise<void> {
    this.#events ??= await hearEvents(eventsPort(config), ({ dial, failed, ms }) => {
      const of = this.#revisions.get(dial);
      if (of !== undefined) this.#tally.count(of, { failed, ms });
    });
    this.#remember();
    const parts = this.#parts(this.#events);
    if (hasParts(config, parts)) return;
    using sentinel = await openSentinel(this.#settings.listen);
    try {
      await this.#admin.load(withParts(config, parts), tag);
    } catch (error) {
      if (!this.#modern || !isTooOld(error)) throw error;
      this.#modern = false;
      this.#log.warn(
        'this Caddy is older than 2.7: each change of the routes closes the WebSockets that go through it',
      );
      return await this.#enforce({ config, tag });
    }
    await sentinel?.closed();
  }

  #parts({ address: events }: Events): OwnParts {
    const options = { ...this.#settings, modern: this.#modern, events };
    return { server: caddyServer(this.#table, [...this.#leaving.keys()].toSorted(), options), log: caddyLog(options) };
  }

  async #leftAt(): Promise<InFlight> {
    const counts = await this.#admin.upstreams();
    const present = backendsOf(this.#table);
    const sums = new Map<string, number>();
    for (const [dial, key] of this.#leaving) {
      const count = counts.get(dial) ?? 0;
      if (count > 0 && !present.has(key)) sums.set(key, (sums.get(key) ?? 0) + count);
    }
    return sums;
  }

  #remember(): void {
    for (const { id: deploymentId, backends } of this.#table.deployments.values()) {
      for (const backend of backends) {
        const dial = dialOf(backend);
        this.#revisions.delete(dial);
        this.#revisions.set(dial, { deploymentId, revision: backend.revision });
      }
    }
    for (const dial of this.#revisions.keys()) {
      if (this.#revisions.size <= MOST_REMEMBERED) break;
      this.#revisions.delete(dial);
    }
  }
}

/**
 * What was let go of, until nothing is under way there; at the latest it is forgotten with the change after that, for each change of Caddy's
 * configuration has its price. An address that somebody else has now is no one's past.
 */
export function leavingOf(
  before: RoutingTable,
  after: RoutingTable,
  leaving: ReadonlyMap<string, string>,
  counts: ReadonlyMap<string, number>,
): ReadonlyMap<string, string> {
  const present = new Set([...backendsOf(after).values()].map(dialOf));
  const gone = [...backendsOf(before).values()].map((backend) => [dialOf(backend), backendKey(backend)] as const);
  const kept = [...leaving].filter(([dial]) => (counts.get(dial) ?? 0) > 0);
  return new Map([...kept, ...gone].filter(([dial]) => !present.has(dial)));
}

function isTooOld(error: unknown): boolean {
  return error instanceof CaddyRefusal && /unknown field/.test(error.message);
}
