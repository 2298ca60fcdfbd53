import { readFile } from 'node:fs/promises';

import { z } from 'zod';

import { replaceFile } from '../replace-file.ts';
import { routed, type RoutingTable } from '../routing/table.ts';

const share = z.object({ revision: z.number().int(), weight: z.number().int() });
const replica = z.object({
  id: z.string(),
  generation: z.number().int(),
  revision: z.number().int(),
  nodeId: z.string(),
  port: z.number().int().optional(),
  ready: z.boolean(),
});
const kept = z.object({
  version: z.literal(1),
  /** Of whose log the position is. */
  installation: z.string(),
  position: z.number().int(),
  nodes: z.array(z.tuple([z.string(), z.string()])),
  routes: z.array(z.tuple([z.string(), z.string()])),
  deployments: z.array(z.object({ id: z.string(), shares: z.array(share).optional(), replicas: z.array(replica) })),
});

export interface KeptTable {
  readonly installation: string;
  readonly table: RoutingTable;
}

/** Keeps a table on disk, for a start without a database. Replaced as a whole: a reader sees the old one or the new one. */
export async function keepTable(path: string, { installation, table }: KeptTable): Promise<void> {
  const { position, nodes, routes, deployments } = table;
  const value: z.input<typeof kept> = {
    version: 1,
    installation,
    position,
    nodes: [...nodes],
    routes: [...routes],
    deployments: [...deployments.values()].map(({ id, shares, replicas }) => ({
      id,
      ...(shares === undefined ? {} : { shares: [...shares] }),
      replicas: [...replicas.values()],
    })),
  };
  await replaceFile(path, JSON.stringify(value));
}

/** What was kept; undefined where nothing was, or nothing that this version reads. */
export async function keptTable(path: string): Promise<KeptTable | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const parsed = kept.safeParse(jsonOf(text));
  if (!parsed.success) return undefined;
  const { installation, position, deployments, ...rest } = parsed.data;
  const nodes = new Map(rest.nodes);
  const table = {
    position,
    nodes,
    routes: new Map(rest.routes),
    deployments: new Map(
      deployments.map(({ id, shares, replicas }) => {
        const own = new Map(
          replicas.map(({ port, ...each }) => [each.id, { ...each, ...(port !== undefined && { port }) }]),
        );
        return [id, routed({ id, ...(shares && { shares }), replicas: own }, nodes)] as const;
      }),
    ),
  };
  return { installation, table };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Written by something else: as good as nothing.
    return undefined;
  }
}
