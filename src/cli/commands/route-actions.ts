import type { Cert } from '../../api/contract/proxy.ts';
import { type Context, openContext } from '../context.ts';
import { loadDocuments } from '../document/load.ts';
import { routeFile } from '../document/route-file.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { certKind, NO_CERTS, routeKind } from '../kinds/proxy.ts';
import type { ListingOptions } from '../list/options.ts';
import { runList } from '../list/run.ts';
import type { GlobalOptions } from '../session.ts';
import { batchFailure } from './batch-failure.ts';

/** Saves every route in the files, or none. Prints nothing. */
export async function saveRoutes(files: readonly string[], options: GlobalOptions): Promise<void> {
  const loaded = await loadDocuments(files, process.stdin, routeFile);
  const context = await openContext(options);
  const routes = loaded.map(({ value }) => value);
  await context.client.call('saveRoutes', { body: { routes } }).catch((error: unknown) => {
    throw batchFailure(context, error, 'save routes', loaded);
  });
}

/** Prints routes: those of the ids, or all. */
export async function listRoutes(ids: readonly string[], options: ListingOptions): Promise<void> {
  const context = await openContext(options);
  await runList(context, options, {
    kind: routeKind,
    fetch: async () => (await context.call('list routes', 'listRoutes', { body: queryOf(ids) })).body.routes,
  });
}

/** Removes routes. Ids that do not exist are no error. Prints nothing. */
export async function removeRoutes(ids: readonly string[], options: GlobalOptions): Promise<void> {
  const context = await openContext(options);
  await context.call(`remove ${ids.join(', ')}`, 'removeRoutes', { body: { ids: [...ids] } });
}

/** Prints what certificates say of themselves. */
export async function listCerts(ids: readonly string[], options: ListingOptions): Promise<void> {
  const context = await openContext(options);
  await runList(context, options, { kind: certKind, fetch: async () => fetchCerts(context, ids) });
}

/** Prints certificates as they are. */
export async function printCerts(ids: readonly string[], options: GlobalOptions): Promise<void> {
  const context = await openContext(options);
  const certs = await fetchCerts(context, ids);
  const missing = ids.filter((id) => !certs.some((cert) => cert.id === id));
  if (missing.length > 0) {
    const message = `there is no certificate for ${missing.join(', ')}`;
    throw new Failure(message, { exitCode: EXIT.notFound, next: ['oo cert list'] });
  }
  const { stdout, stderr } = context.terminal;
  for (const { cert } of certs) stdout.write(cert.endsWith('\n') ? cert : `${cert}\n`);
  if (certs.length === 0 && stderr.isTTY) stderr.write(`${NO_CERTS}\n`);
}

async function fetchCerts(context: Context, ids: readonly string[]): Promise<readonly Cert[]> {
  const { body } = await context.call('list certificates', 'listCerts', { body: queryOf(ids) });
  return body.certs;
}

function queryOf(ids: readonly string[]): { ids?: string[] } {
  return ids.length === 0 ? {} : { ids: [...ids] };
}
