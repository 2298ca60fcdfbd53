import { errorOf, ServerUnreachable } from '../../api/client-error.ts';
import { type Context, openContext } from '../context.ts';
import type { Transport } from '../document/meta.ts';
import { type FileProblem, invalidFiles } from '../document/problem.ts';
import { loadSavables, type Savable } from '../document/savable.ts';
import { isObject, type Json } from '../json.ts';
import type { GlobalOptions } from '../session.ts';
import { batchFailure } from './batch-failure.ts';

/** Saves everything in the files and folders, or nothing when one of them is not valid. Prints a line for each object. */
export async function saveAll(paths: readonly string[], options: GlobalOptions): Promise<void> {
  const savables = await loadSavables(paths, process.stdin);
  const wrong: FileProblem[] = [];
  const calls = savables.map((one) => callOf(one, wrong));
  if (wrong.length > 0) throw invalidFiles(wrong);
  const context = await openContext(options);
  for (const [index, one] of savables.entries()) {
    const label = labelOf(one);
    await calls[index]?.(context).catch((error: unknown) => {
      throw batchFailure(context, error, `save ${label} of ${one.file}`, [one]);
    });
    context.terminal.stdout.write(`saved ${label} (${one.file})\n`);
  }
}

/** How it is sent; what is wrong with that is noted. */
function callOf(one: Savable, wrong: FileProblem[]): (context: Context) => Promise<unknown> {
  const { entity, transport, value } = one;
  if (entity !== undefined) return ({ client }) => entity.save(client, value as never);
  const path = pathOf(one);
  if (typeof path === 'object') wrong.push(path);
  return (context) => send(context, typeof path === 'string' ? path : '', transport, value);
}

function labelOf({ entity, transport, value }: Savable): string {
  const what = entity?.name ?? `${transport.method ?? 'PUT'} ${transport.endpoint}`;
  const id = isObject(value) ? value['id'] : undefined;
  return typeof id === 'string' ? `${what} ${id}` : what;
}

/** The endpoint with the object's fields in the place of `{id}` and `{app.host}`, or what is wrong with that. */
function pathOf({ file, tree, transport, value }: Savable): string | FileProblem {
  let missing: string | undefined;
  const path = (transport.endpoint ?? '').replace(/\{([^{}]*)\}/g, (_, name: string) => {
    const field = name.split('.').reduce<unknown>((part, key) => (isObject(part) ? part[key] : undefined), value);
    if (typeof field === 'string' || typeof field === 'number' || typeof field === 'boolean') {
      return encodeURIComponent(String(field));
    }
    missing ??= name;
    return '';
  });
  if (missing === undefined) return path;
  return { file, at: tree.at, field: missing, message: `is required: ${transport.endpoint} needs it` };
}

async function send(context: Context, path: string, transport: Transport, value: Json): Promise<void> {
  const { method = 'PUT', body: field, array = false } = transport;
  const listed = array ? [value] : value;
  const base = context.environment.url.replace(/\/+$/, '');
  const headers: Record<string, string> = { accept: 'application/json', 'content-type': 'application/json' };
  if (context.token !== undefined) headers['authorization'] = `Bearer ${context.token}`;
  const body = JSON.stringify(field ? { [field]: listed } : listed);
  const signal = AbortSignal.timeout(60_000);
  const response = await fetch(base + path, { method, headers, body, signal }).catch((cause: unknown) => {
    throw new ServerUnreachable(base, cause);
  });
  if (!response.ok) throw await errorOf(response);
}
