import { sql, type Db } from '../../postgres/database.ts';

/** Addresses with the same labels, as https://prometheus.io/docs/prometheus/latest/http_sd/ has them. */
export interface TargetGroup {
  /** `host:port`. */
  readonly targets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** Labels that Prometheus drops after relabelling, unless it is told to keep them. */
const META = '__meta_deploy_svc_';

interface InstanceRow {
  readonly instance: string;
  readonly url: string;
  readonly deployment: string | null;
  readonly definition: string | null;
  readonly revision: string | null;
  readonly replica: string | null;
  readonly node: string | null;
  readonly cluster: string | null;
  readonly zone: string | null;
}

/** Every instance that is healthy, as it is reached, with where it runs and what it is. In one statement, however many there are. */
export async function instanceTargets(
  db: Db,
  { deployment, cluster }: { readonly deployment?: string; readonly cluster?: string },
): Promise<readonly TargetGroup[]> {
  const { rows } = await sql<InstanceRow>`
    select i.id as instance, i.state ->> 'url' as url, i.state ->> 'deploymentId' as deployment,
      d.definition_id as definition, r.state ->> 'revision' as revision, r.id as replica,
      n.id as node, n.state ->> 'cluster' as cluster, n.state ->> 'zone' as zone
    from instances i
    left join replicas r on r.id = i.state ->> 'replicaId'
    left join deployments d on d.id = i.state ->> 'deploymentId'
    left join nodes n on n.id = r.node_id
    where i.removed = 'false' and i.state ->> 'status' = 'Healthy'
      and (${deployment ?? null}::text is null or i.state ->> 'deploymentId' = ${deployment ?? null})
      and (${cluster ?? null}::text is null or n.state ->> 'cluster' = ${cluster ?? null})
    order by i.id
  `.execute(db);
  return rows.flatMap(({ url, ...labels }) => {
    const target = addressOf(url);
    return target === undefined ? [] : [{ targets: [target.address], labels: { ...target.labels, ...metaOf(labels) } }];
  });
}

/** Every living worker that tells its measurements. */
export async function workerTargets(db: Db, silenceMs: number): Promise<readonly TargetGroup[]> {
  const { rows } = await sql<{ worker: string; host: string; address: string }>`
    select id as worker, host, metrics_address as address from workers
    where metrics_address is not null and seen_at >= now() - make_interval(secs => ${silenceMs / 1_000}) order by id
  `.execute(db);
  return rows.map(({ address, ...labels }) => ({ targets: [address], labels: metaOf(labels) }));
}

/** What Prometheus has to dial, and with which scheme; undefined for a URL that is none. */
function addressOf(url: string): { address: string; labels: Record<string, string> } | undefined {
  if (!URL.canParse(url)) return undefined;
  const { host, port, protocol } = new URL(url);
  if (host === '') return undefined;
  const standard = protocol === 'https:' ? '443' : '80';
  const labels: Record<string, string> = protocol === 'https:' ? { __scheme__: 'https' } : {};
  return { address: port === '' ? `${host}:${standard}` : host, labels };
}

function metaOf(labels: Readonly<Record<string, string | null>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).flatMap(([name, value]) =>
      value === null || value === '' ? [] : [[`${META}${name}`, value]],
    ),
  );
}
