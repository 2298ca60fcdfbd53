import { lookup } from 'node:dns/promises';

/** A name is looked up again after this time. */
const KEEP_MS = 10_000;

/** Addresses of host names, for proxies that are given addresses. */
export interface Names {
  /** The address of each name; undefined where there is none. What could be looked up before stays while it cannot be now. */
  resolve(hosts: readonly string[]): Promise<ReadonlyMap<string, string | undefined>>;
}

type Lookup = (host: string) => Promise<string>;

const system: Lookup = async (host) => (await lookup(host)).address;

export function hostNames(look: Lookup = system, now: () => number = () => performance.now()): Names {
  const known = new Map<string, { readonly address: string | undefined; readonly at: number }>();
  return {
    async resolve(hosts) {
      const due = hosts.filter((host) => now() - (known.get(host)?.at ?? Number.NEGATIVE_INFINITY) >= KEEP_MS);
      await Promise.all(
        due.map(async (host) => {
          // A name that nobody knows must not keep all others from being routed.
          const address = await look(host).catch(() => known.get(host)?.address);
          known.set(host, { address, at: now() });
        }),
      );
      for (const host of known.keys()) if (!hosts.includes(host)) known.delete(host);
      return new Map(hosts.map((host) => [host, known.get(host)?.address]));
    },
  };
}
