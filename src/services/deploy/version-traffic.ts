import type { DeploymentView } from '../../api/contract/deploy-schemas.ts';
import type { DeploymentState } from '../../domain/deployment/evolve.ts';
import { sql, type Db } from '../../postgres/database.ts';

/** What the routers counted of one revision lately. */
export interface VersionTraffic {
  readonly revision: number;
  readonly requestsPerSecond: number;
  /** Percent; undefined where there was no request. */
  readonly errorPercent: number | undefined;
}

export type ReadTraffic = (deploymentId: string) => Promise<readonly VersionTraffic[]>;

/** Long enough for a rate, short enough for now; the second that is under way is not counted. */
const SECONDS = 30;

export async function versionTraffic(db: Db, deploymentId: string): Promise<readonly VersionTraffic[]> {
  const { rows } = await sql<{ revision: number; requests: number; errors: number }>`
    select revision, sum(requests)::float8 as requests, sum(errors)::float8 as errors
    from traffic_samples
    where deployment_id = ${deploymentId} and at < date_trunc('second', now())
      and at >= date_trunc('second', now()) - make_interval(secs => ${SECONDS})
    group by revision order by revision
  `.execute(db);
  return rows.map(({ revision, requests, errors }) => ({
    revision,
    requestsPerSecond: Math.round((requests / SECONDS) * 10) / 10,
    errorPercent: requests === 0 ? undefined : Math.round((errors / requests) * 10_000) / 100,
  }));
}

/** The revisions that run, or get requests: what part of them, and how that goes. Undefined where nothing divides or counts requests. */
export function toVersionsView(
  { traffic }: DeploymentState,
  replicas: DeploymentView['replicas'],
  measured: readonly VersionTraffic[],
): DeploymentView['versions'] {
  if (traffic === undefined && measured.length === 0) return undefined;
  const revisions = [
    ...replicas.map(({ revision }) => revision),
    ...(traffic?.shares ?? []).map(({ revision }) => revision),
    ...measured.map(({ revision }) => revision),
  ];
  return [...new Set(revisions)]
    .toSorted((left, right) => left - right)
    .map((revision) => {
      const own = measured.find((each) => each.revision === revision);
      const share = traffic?.shares.find((each) => each.revision === revision)?.weight ?? 0;
      return {
        revision,
        ready: replicas.filter((each) => each.revision === revision && each.status === 'Ready').length,
        ...(traffic === undefined ? {} : { weight: share }),
        ...(own === undefined ? {} : { requestsPerSecond: own.requestsPerSecond }),
        ...(own?.errorPercent === undefined ? {} : { errorPercent: own.errorPercent }),
      };
    });
}
