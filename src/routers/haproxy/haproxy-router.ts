import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { pause, systemClock } from '../../clock.ts';
import type { Logger } from '../../logger.ts';
import { replaceFile } from '../../replace-file.ts';
import type { InFlight, Router } from '../../routing/router.ts';
import { backendsOf, EMPTY_TABLE, type RoutingTable } from '../../routing/table.ts';
import { inTurn } from '../in-turn.ts';
import { leftovers } from '../leftovers.ts';
import { hostNames } from '../names.ts';
import { tally, type Revision } from '../tally.ts';
import { configuration, EVENTS_RING, type ConfigurationOptions } from './configuration.ts';
import { backendName, desiredState, keyOfServer, namesIn, serverName, type HaproxyState } from './desired.ts';
import { difference, type ActualState, type MapFiles } from './difference.ts';
import { readLine } from './log-line.ts';
import { readCounts, readMap, readServers } from './read.ts';
import { runtimeAt } from './runtime.ts';

const RECONNECT_MS = 500;
/** Servers that HAProxy counts for are remembered after they have gone, for what is told of them late; so many at most. */
const MOST_REMEMBERED = 10_000;

export interface HaproxySettings extends Omit<ConfigurationOptions, 'files'> {
  /** Where configuration and maps are written: `deploy-svc.cfg` and beside it. */
  readonly directory: string;
  /** What host names of deployments end with. */
  readonly domains: readonly string[];
}

interface Sight {
  readonly actual: ActualState;
  readonly refused: ReadonlyMap<string, number>;
}

/**
 * Drives an HAProxy over its runtime API, without loading it again. Each beat reads back what it has, and mends what differs: a
 * start without a table, somebody else's commands. While that fails nothing is told, and the router's lease ends.
 */
export class HaproxyRouter implements Router {
  readonly kind = 'haproxy';
  readonly #settings: HaproxySettings;
  readonly #log: Logger;
  readonly #files: MapFiles;
  readonly #runtime;
  readonly #alone = inTurn();
  readonly #names = hostNames();
  readonly #left = leftovers();
  readonly #tally = tally();
  readonly #stop = new AbortController();
  readonly #listening: Promise<void>;
  #table: RoutingTable = EMPTY_TABLE;
  /** `backend/server` -> what its requests count for. */
  readonly #revisions = new Map<string, Revision>();
  #refused: ReadonlyMap<string, number> | undefined;
  #written = '';

  constructor(settings: HaproxySettings, log: Logger) {
    this.#settings = settings;
    this.#log = log;
    this.#files = {
      addresses: join(settings.directory, 'addresses.map'),
      deployments: join(settings.directory, 'deployments.map'),
    };
    this.#runtime = runtimeAt(settings.socket);
    this.#listening = this.#listen();
  }

  /** The file that HAProxy is started with. */
  get file(): string {
    return join(this.#settings.directory, 'deploy-svc.cfg');
  }

  /** Writes a configuration to start HAProxy with where there is none yet. */
  async prepare(): Promise<void> {
    if (!existsSync(this.file)) await this.#write(await this.#wanted(EMPTY_TABLE, new Map()));
  }

  async apply(table: RoutingTable): Promise<void> {
    await this.#alone(async () => {
      this.#table = table;
      await this.#enforce();
    });
  }

  async inFlight(): Promise<InFlight> {
    const told = await this.#alone(async () => this.#leftAt(await this.#enforce()));
    this.#left.told(told);
    return told;
  }

  settled(signal: AbortSignal): Promise<void> {
    return this.#left.settled(async () => this.#leftAt((await this.#look()).actual), signal);
  }

  async samples(): Promise<ReturnType<ReturnType<typeof tally>['take']>> {
    return this.#tally.take();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#listening;
  }

  /** Sees to it that HAProxy has what the table says. Returns what it has then. */
  async #enforce(): Promise<ActualState> {
    const { actual, refused } = await this.#look();
    this.#countRefused(refused);
    const wanted = await this.#wanted(this.#table, actual.deployments);
    this.#remember(wanted);
    await this.#write(wanted);
    const { needed, tidying } = difference(actual, wanted, this.#files);
    let after = actual;
    if (needed.length > 0) {
      const said = await this.#runtime.run(needed);
      after = (await this.#look()).actual;
      const left = difference(after, wanted, this.#files).needed;
      if (left.length > 0) throw refusal(left, said);
    }
    // It is refused while a connection is kept, which is closed soon after the server has left service.
    if (tidying.length > 0) await this.#runtime.run(tidying);
    if (wanted.homeless.length > 0) throw tooMany(wanted.homeless, this.#settings.backends, this.file);
    return after;
  }

  async #wanted(table: RoutingTable, assigned: ActualState['deployments']): Promise<HaproxyState> {
    const { domains, backends } = this.#settings;
    return desiredState(table, {
      domains,
      backends,
      names: await this.#names.resolve(namesIn(table)),
      assigned: new Map([...assigned].map(([id, [backend = '']]) => [id, backend])),
    });
  }

  async #look(): Promise<Sight> {
    // One after the other: what is told has to be of about the same time.
    const counts = readCounts(await this.#runtime.ask('show stat -1 4 -1'), isOurs);
    const servers = readServers(await this.#runtime.ask('show servers state'), isOurs, counts);
    const addresses = readMap(await this.#runtime.ask(`show map ${this.#files.addresses}`));
    const deployments = readMap(await this.#runtime.ask(`show map ${this.#files.deployments}`));
    const refused = new Map([...counts].map(([name, { refused: times }]) => [name, times]));
    return { actual: { addresses, deployments, servers }, refused };
  }

  /** For the next start of HAProxy, and before it is told: what it comes back with must not be older than what was acknowledged. */
  async #write(state: HaproxyState): Promise<void> {
    const text = configuration({ ...this.#settings, files: this.#files }, state);
    const maps = [mapText(state.addresses), mapText(state.deployments)] as const;
    const whole = [text, ...maps].join('\n');
    if (whole === this.#written) return;
    await replaceFile(this.#files.addresses, maps[0]);
    await replaceFile(this.#files.deployments, maps[1]);
    await replaceFile(this.file, text);
    this.#written = whole;
  }

  #leftAt({ servers }: ActualState): InFlight {
    const present = backendsOf(this.#table);
    const sums = new Map<string, number>();
    for (const [name, { requests }] of servers) {
      const key = keyOfServer(name.slice(name.indexOf('/') + 1));
      if (requests > 0 && !present.has(key)) sums.set(key, (sums.get(key) ?? 0) + requests);
    }
    return sums;
  }

  #remember({ deployments }: HaproxyState): void {
    for (const { id: deploymentId, backends } of this.#table.deployments.values()) {
      const own = deployments.get(deploymentId);
      if (own === undefined) continue;
      for (const backend of backends) {
        const name = `${own}/${serverName(backend)}`;
        this.#revisions.delete(name);
        this.#revisions.set(name, { deploymentId, revision: backend.revision });
      }
    }
    for (const name of this.#revisions.keys()) {
      if (this.#revisions.size <= MOST_REMEMBERED) break;
      this.#revisions.delete(name);
    }
  }

  /** Connections that were not made: each is an attempt that failed, and the request may have been answered elsewhere. */
  #countRefused(refused: ReadonlyMap<string, number>): void {
    for (const [name, times] of this.#refused === undefined ? [] : refused) {
      const more = times - (this.#refused?.get(name) ?? 0);
      const of = this.#revisions.get(name);
      if (more > 0 && of !== undefined) this.#tally.count(of, { failed: true, times: more });
    }
    this.#refused = refused;
  }

  /** What HAProxy tells of each request, as long as this router lives. */
  async #listen(): Promise<void> {
    const { signal } = this.#stop;
    let told = false;
    while (!signal.aborted) {
      try {
        for await (const line of this.#runtime.listen(EVENTS_RING, signal)) {
          told = false;
          const request = readLine(line);
          const of = request && this.#revisions.get(request.server);
          if (request !== undefined && of !== undefined) this.#tally.count(of, request);
        }
      } catch (error) {
        if (!told && !signal.aborted) this.#log.warn('HAProxy tells nothing of its requests', { error: String(error) });
        told = true;
      }
      await pause(systemClock, RECONNECT_MS, signal);
    }
  }
}

function isOurs(backend: string): boolean {
  return OURS.test(backend);
}
const OURS = new RegExp(`^${backendName(0).replace(/0$/, '')}\\d+$`);

function mapText(entries: ReadonlyMap<string, string>): string {
  return [...entries].map(([key, value]) => `${key} ${value}\n`).join('');
}

function refusal(left: readonly string[], said: readonly string[]): Error {
  const words = said.filter((line) => !/^New server registered|^Server deleted/.test(line));
  return new Error(
    `HAProxy does not have what it was told: ${left.length} commands had no effect, first "${left[0]}"` +
      (words.length === 0 ? '' : `; it said: ${words.slice(0, 3).join(' ')}`),
  );
}

function tooMany(homeless: readonly string[], backends: number, file: string): Error {
  const more = homeless.length === 1 ? '' : ` and ${homeless.length - 1} more`;
  return new Error(
    `HAProxy has ${backends} backends, and none is left for ${homeless[0]}${more}; ` +
      `set HAPROXY_BACKENDS to ${backends + homeless.length} or more, start this process again, and load ${file} again (systemctl reload haproxy)`,
  );
}
