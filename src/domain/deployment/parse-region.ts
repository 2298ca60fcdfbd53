import type { Input } from '../input.ts';

/** One entry of targetRegions. */
export function regionOf(input: Input): { cluster?: string | undefined; zone?: string | undefined } {
  const [cluster, zone] = [input.text('cluster'), input.text('zone')];
  if (!input.has('cluster') && !input.has('zone')) {
    input.problem('cluster', 'a region needs a cluster, a zone or both', 'cluster: "local-docker"');
  }
  return { cluster, zone };
}
