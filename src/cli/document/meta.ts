import { z } from 'zod';

import { conform } from './conform.ts';
import type { FileProblem } from './problem.ts';
import type { Schema } from './schema.ts';
import { entryOf, locate, type Tree } from './tree.ts';

const METHODS = ['PUT', 'POST', 'PATCH'] as const;

const meta = z.object({
  entity: z.string().optional(),
  version: z.string().optional(),
  transport: z
    .object({
      endpoint: z.string().optional(),
      method: z.string().optional(),
      body: z.string().optional(),
      array: z.boolean().optional(),
      contentType: z.string().optional(),
    })
    .optional(),
});
const schema = z.toJSONSchema(meta, { io: 'input' }) as Schema;

/** What an object says of itself, or its folder of all in it. */
export interface Meta {
  /** `user-svc:permit`: one of those that are known. */
  readonly entity?: string | undefined;
  readonly transport?: Transport | undefined;
}

/** How an object is sent, when it is none of those that are known. */
export interface Transport {
  /** A path of the server; `{id}` and `{app.host}` stand for fields of the object. */
  readonly endpoint?: string | undefined;
  /** PUT when absent. */
  readonly method?: (typeof METHODS)[number] | undefined;
  /** The field that the object is put into; the object is the body when absent. */
  readonly body?: string | undefined;
  /** Whether it is sent as a list of one. */
  readonly array?: boolean | undefined;
}

/** The meta that a tree is; what is wrong with it is noted. `field`: where it stands, in messages. */
export function metaOf(file: string, tree: Tree, field: string, problems: FileProblem[]): Meta {
  const { value, misfits } = conform(tree, schema, field);
  problems.push(...misfits.map((misfit) => ({ file, ...misfit })));
  const parsed = meta.safeParse(value);
  if (!parsed.success) {
    for (const { path, message } of parsed.error.issues) note(path.map(String).join('.'), message);
    return {};
  }
  const { entity, transport } = parsed.data;
  const method = transport?.method?.trim().toUpperCase() || undefined;
  const known = METHODS.find((one) => one === method);
  if (method !== undefined && known === undefined) note('transport.method', 'is not known', METHODS.join(', '));
  const endpoint = transport?.endpoint || undefined;
  // The token goes along: only to the server that it is for.
  if (endpoint !== undefined && !/^\/[^\s?#\\]*$/.test(endpoint)) {
    note('transport.endpoint', 'must be a path of the server', 'endpoint: /user-svc/permits');
  }
  const contentType = transport?.contentType || undefined;
  if (contentType !== undefined && contentType !== 'application/json') {
    note('transport.contentType', 'must be application/json', 'leave it out');
  }
  return { entity: entity || undefined, transport: transport && { ...transport, endpoint, method: known } };

  function note(at: string, message: string, hint?: string): void {
    const place = [field, at].filter((part) => part !== '').join('.');
    problems.push({ file, at: locate(tree, at), field: place, message, ...(hint === undefined ? {} : { hint }) });
  }
}

/**
 * What an object is and how it is sent. The nearest meta that names an entity or an endpoint decides; what is nearer still
 * may add to its transport, and what is further away says nothing of it.
 */
export function mergedMeta(nearestFirst: readonly Meta[]): Meta {
  const decides = nearestFirst.findIndex(({ entity, transport }) => (entity ?? transport?.endpoint) !== undefined);
  const deciding = nearestFirst[decides];
  if (deciding?.transport?.endpoint === undefined) return { entity: deciding?.entity };
  const transports = nearestFirst.slice(0, decides + 1).map(({ transport }) => transport ?? {});
  const nearest = <Key extends keyof Transport>(key: Key): Transport[Key] =>
    transports.map((transport) => transport[key]).find((value) => value !== undefined);
  const transport = {
    endpoint: deciding.transport.endpoint,
    method: nearest('method'),
    body: nearest('body'),
    array: nearest('array'),
  };
  return { transport };
}

/** The object without its meta, and the meta's tree. */
export function withoutMeta(tree: Tree): { readonly content: Tree; readonly meta: Tree | undefined } {
  const own = entryOf(tree, '_meta');
  if (tree.kind !== 'mapping' || own === undefined) return { content: tree, meta: undefined };
  return { content: { ...tree, entries: tree.entries.filter((entry) => entry !== own) }, meta: own.value };
}
