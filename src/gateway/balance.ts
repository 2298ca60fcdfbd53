import { backendKey, type Backend, type RoutedDeployment } from '../routing/table.ts';

/** Chooses the replica that a request goes to. */
export type Choose = (deployment: RoutedDeployment, tried?: ReadonlySet<string>) => Backend | undefined;

/** What a deployment's requests are divided into, and how far each part is ahead of its share. */
interface Part {
  readonly revision: number;
  readonly weight: number;
  readonly backends: readonly Backend[];
}

/**
 * Between revisions by smooth weighted round robin, which is exact over every few requests; within a revision the one that has the
 * fewest requests under way, in turn among equals. `tried`: keys of those that the request has failed at already.
 */
export function balancer(inFlightAt: (key: string) => number): Choose {
  const ahead = new Map<string, Map<number, number>>();
  const parts = new WeakMap<RoutedDeployment, readonly Part[]>();
  let turn = 0;
  return (deployment, tried) => {
    let divided = parts.get(deployment);
    if (divided === undefined) parts.set(deployment, (divided = partsOf(deployment.backends)));
    if (tried !== undefined && tried.size > 0) {
      divided = partsOf(deployment.backends.filter((backend) => !tried.has(backendKey(backend))));
    }
    const credits = ahead.get(deployment.id) ?? new Map<number, number>();
    ahead.set(deployment.id, credits);
    const part = nextPart(divided, credits);
    if (part === undefined) return undefined;
    turn += 1;
    return leastBusy(part.backends, turn, inFlightAt);
  };
}

/** What has a weight; only where nothing has one, what has none. */
function partsOf(backends: readonly Backend[]): readonly Part[] {
  const weighed = backends.filter(({ weight }) => weight > 0);
  const counted = weighed.length > 0 ? weighed : backends.map((backend) => ({ ...backend, weight: 1 }));
  return [...Map.groupBy(counted, ({ revision }) => revision)].map(([revision, own]) => {
    return { revision, backends: own, weight: own.reduce((sum, { weight }) => sum + weight, 0) };
  });
}

function nextPart(parts: readonly Part[], credits: Map<number, number>): Part | undefined {
  const [only, ...others] = parts;
  if (only === undefined || others.length === 0) return only;
  let total = 0;
  let best = only;
  for (const part of parts) {
    total += part.weight;
    credits.set(part.revision, (credits.get(part.revision) ?? 0) + part.weight);
    if ((credits.get(part.revision) ?? 0) > (credits.get(best.revision) ?? 0)) best = part;
  }
  credits.set(best.revision, (credits.get(best.revision) ?? 0) - total);
  if (credits.size > parts.length) forget(credits, parts);
  return best;
}

/** Revisions that are gone. */
function forget(credits: Map<number, number>, parts: readonly Part[]): void {
  const present = new Set(parts.map(({ revision }) => revision));
  for (const revision of credits.keys()) if (!present.has(revision)) credits.delete(revision);
}

function leastBusy(
  backends: readonly Backend[],
  turn: number,
  inFlightAt: (key: string) => number,
): Backend | undefined {
  let best: Backend | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (let index = 0; index < backends.length; index += 1) {
    const backend = backends[(index + turn) % backends.length];
    if (backend === undefined) continue;
    const busy = inFlightAt(backendKey(backend));
    if (busy < fewest) [best, fewest] = [backend, busy];
  }
  return best;
}
