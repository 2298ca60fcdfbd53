import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { CheckoutOptions } from './check-out.ts';
import { tidyCheckouts } from './checkouts.ts';
import { prepareLogin } from './login.ts';
import { findRevision } from './revision.ts';
import type { CheckoutRequest } from './request.ts';
import { SourceError } from './source-error.ts';

/** The commit that the version stands for at this moment; nothing is fetched. Throws SourceError, or the signal's reason. */
export async function lookUpCommit(
  request: CheckoutRequest,
  { root, knownHosts, timeoutMs = 60_000, signal }: Omit<CheckoutOptions, 'maxBytes'>,
): Promise<string> {
  await tidyCheckouts(root, Date.now());
  const workspace = await mkdtemp(join(root, 'fetching-'));
  const late = AbortSignal.timeout(timeoutMs);
  try {
    const home = join(workspace, 'home');
    await mkdir(home);
    const either = signal === undefined ? late : AbortSignal.any([late, signal]);
    const login = await prepareLogin(request, workspace, knownHosts);
    return (await findRevision(request, { home, cwd: workspace, signal: either, ...login })).commit;
  } catch (error) {
    if (late.aborted && signal?.aborted !== true) throw new SourceError('timeout', `no answer within ${timeoutMs} ms`);
    throw error;
  } finally {
    await rm(workspace, { recursive: true, force: true, maxRetries: 3 });
  }
}
