import { InvalidInput } from '../../domain/problem.ts';
import { DEFAULT_APP, secretKey } from '../../domain/secret/name.ts';
import type { SecretState } from '../../domain/secret/evolve.ts';
import { parseCheckout, type CheckoutRequest } from '../../sources/request.ts';
import { SourceError } from '../../sources/source-error.ts';
import type { WorkerDeps } from '../deps.ts';

/** What is to be fetched, and with which secret of which app. */
export interface Wanted {
  readonly url: string;
  readonly version: string | undefined;
  readonly credentials?: { readonly app?: string | undefined; readonly secret: string } | undefined;
}

/**
 * The request for git. A secret is a private key for ssh, `user:password`, or a token. Its value goes nowhere but to git.
 * Throws SourceError, `not-found` for what no other try mends.
 */
export async function checkoutRequest(
  { store, vault }: Pick<WorkerDeps, 'store' | 'vault'>,
  { url, version, credentials }: Wanted,
): Promise<CheckoutRequest> {
  const secret = credentials && (await valueOf({ store, vault }, credentials));
  try {
    return parseCheckout({ url, ...(version === undefined ? {} : { version }), ...loginOf(secret) });
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    throw new SourceError(
      'not-found',
      error.problems.map(({ field, message }) => `repository.${field} ${message}`).join('; '),
    );
  }
}

function loginOf(secret: string | undefined): Readonly<Record<string, string>> {
  if (secret === undefined) return {};
  if (secret.includes('PRIVATE KEY')) return { ssh_key: secret };
  const text = secret.trim();
  const colon = text.indexOf(':');
  if (colon <= 0) return { token: text };
  return { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

async function valueOf(
  { store, vault }: Pick<WorkerDeps, 'store' | 'vault'>,
  { app = DEFAULT_APP, secret }: NonNullable<Wanted['credentials']>,
): Promise<string> {
  const row = await store.row<SecretState>('secrets', secretKey(app, secret));
  const fingerprint = row?.state.removed === false ? row.state.fingerprint : undefined;
  const value = fingerprint && (await vault.values([fingerprint])).get(fingerprint);
  if (value) return value;
  throw new SourceError('not-found', `secret ${secret} does not exist: oo secret save ${secret} VALUE`);
}
