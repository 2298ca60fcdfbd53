import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { directoryOf, settleCheckout, tidyCheckouts, touchCheckout } from './checkouts.ts';
import { git, type GitCall } from './git.ts';
import { prepareLogin } from './login.ts';
import { findRevision } from './revision.ts';
import type { CheckoutRequest } from './request.ts';
import { sizeOf, watchSize } from './size.ts';
import { SourceError } from './source-error.ts';

/** Where checkouts go, and what one may cost. */
export interface CheckoutOptions {
  /** The directory of all checkouts; it is made when it is not there. */
  readonly root: string;
  /** Bytes, `.git` included; 1 GiB by default. */
  readonly maxBytes?: number;
  /** Milliseconds for all of it; five minutes by default. */
  readonly timeoutMs?: number;
  /** Known hosts for ssh; those of the account by default. */
  readonly knownHosts?: string | undefined;
  readonly signal?: AbortSignal;
}

export interface Checkout {
  /** Its content is that of the commit and stays so. */
  readonly directory: string;
  /** 40 hexadecimal characters. */
  readonly commit: string;
}

const DEFAULTS = { maxBytes: 2 ** 30, timeoutMs: 300_000 };
const SIZE_EVERY_MS = 500;

/**
 * Fetches one revision of a repository, without its history. A commit that is there already is not fetched again, but the
 * remote is asked all the same, so that whoever has no access gets none. Throws SourceError, or the signal's reason.
 */
export async function checkOut(request: CheckoutRequest, options: CheckoutOptions): Promise<Checkout> {
  const { root, knownHosts, maxBytes = DEFAULTS.maxBytes, timeoutMs = DEFAULTS.timeoutMs } = options;
  await tidyCheckouts(root, Date.now());
  const workspace = await mkdtemp(join(root, 'fetching-'));
  const ended = new AbortController();
  const late = AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([late, ended.signal, ...(options.signal === undefined ? [] : [options.signal])]);
  const tooLarge = new SourceError('too-large', `the checkout is larger than ${maxBytes} bytes`);
  const onExceeded = (): void => ended.abort(tooLarge);
  const watching = watchSize(workspace, maxBytes, { everyMs: SIZE_EVERY_MS, signal, onExceeded });
  try {
    const [home, tree] = [join(workspace, 'home'), join(workspace, 'tree')];
    await Promise.all([mkdir(home), mkdir(tree)]);
    const call = { home, cwd: tree, signal, ...(await prepareLogin(request, workspace, knownHosts)) };
    const { ref, commit: known } = await findRevision(request, call);
    const present = known && directoryOf(root, request.url, known);
    if (known && present && (await touchCheckout(present, Date.now()))) return { directory: present, commit: known };
    const commit = await fetch(request.url, ref, call);
    if ((await sizeOf(tree)) > maxBytes) throw tooLarge;
    const directory = directoryOf(root, request.url, commit);
    await settleCheckout(tree, directory, Date.now());
    return { directory, commit };
  } catch (error) {
    if (late.aborted && !options.signal?.aborted) throw new SourceError('timeout', `not done within ${timeoutMs} ms`);
    throw error;
  } finally {
    ended.abort();
    await watching;
    await rm(workspace, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function fetch(url: string, ref: string, call: GitCall): Promise<string> {
  await git(['init', '--quiet', '--template='], call);
  await git(['fetch', '--quiet', '--depth=1', '--no-tags', '--no-recurse-submodules', '--', url, ref], call);
  await git(['checkout', '--quiet', '--detach', 'FETCH_HEAD'], call);
  return (await git(['rev-parse', 'HEAD^{commit}'], call)).trim();
}
