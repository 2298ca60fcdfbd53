import { openContext } from '../context.ts';
import { enrollFile, permitFile } from '../document/grant-files.ts';
import { loadDocuments } from '../document/load.ts';
import { enrollKind, permitKind } from '../kinds/grant.ts';
import type { ListingOptions } from '../list/options.ts';
import { runList } from '../list/run.ts';
import type { GlobalOptions } from '../session.ts';
import { batchFailure } from './batch-failure.ts';

/** Saves every permit in the files, or none. Prints nothing. */
export async function savePermits(files: readonly string[], options: GlobalOptions): Promise<void> {
  const loaded = await loadDocuments(files, process.stdin, permitFile);
  const context = await openContext(options);
  const permits = loaded.map(({ value }) => value);
  await context.client.call('savePermits', { body: { permits } }).catch((error: unknown) => {
    throw batchFailure(context, error, 'save permits', loaded);
  });
}

/** Prints who was given which permissions. */
export async function listPermits(
  options: ListingOptions & { readonly permission?: string; readonly slug?: string },
): Promise<void> {
  const context = await openContext(options);
  const { permission, slug } = options;
  const query = { ...(permission === undefined ? {} : { permission }), ...(slug === undefined ? {} : { slug }) };
  await runList(context, options, {
    kind: permitKind,
    fetch: async () => (await context.call('list permits', 'listPermits', { body: query })).body.permits,
  });
}

/** Takes permits back. Ids that do not exist are no error. Prints nothing. */
export async function removePermits(ids: readonly string[], options: GlobalOptions): Promise<void> {
  const context = await openContext(options);
  await context.call(`remove ${ids.join(', ')}`, 'removePermits', { body: { ids: [...ids] } });
}

/** Saves every enroll in the files, or none. Prints nothing. */
export async function saveEnrolls(files: readonly string[], options: GlobalOptions): Promise<void> {
  const loaded = await loadDocuments(files, process.stdin, enrollFile);
  const context = await openContext(options);
  const enrolls = loaded.map(({ value }) => value);
  await context.client.call('saveEnrolls', { body: { enrolls } }).catch((error: unknown) => {
    throw batchFailure(context, error, 'save enrolls', loaded);
  });
}

/** Prints who was given which roles: to who may not see them all, those that concern them. */
export async function listEnrolls(
  options: ListingOptions & { readonly role?: string; readonly userId?: string; readonly contactId?: string },
): Promise<void> {
  const context = await openContext(options);
  const { role, userId, contactId } = options;
  const query = Object.fromEntries(
    Object.entries({ role, userId, contactId }).filter(([, value]) => value !== undefined),
  );
  await runList(context, options, {
    kind: enrollKind,
    fetch: async () => (await context.call('list enrolls', 'listEnrolls', { body: query })).body.enrolls,
  });
}

/** Takes enrolls back. Ids that do not exist are no error. Prints nothing. */
export async function removeEnrolls(ids: readonly string[], options: GlobalOptions): Promise<void> {
  const context = await openContext(options);
  await context.call(`remove ${ids.join(', ')}`, 'removeEnrolls', { body: { ids: [...ids] } });
}
