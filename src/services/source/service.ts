import { checkOut, type CheckoutOptions } from '../../sources/check-out.ts';
import { parseCheckout } from '../../sources/request.ts';
import { SourceError, type SourceErrorCode } from '../../sources/source-error.ts';
import type { Handlers } from '../handler.ts';
import { Refusal } from '../refusal.ts';

export type SourceService = Handlers<'checkoutRepo' | 'checkoutByQuery'>;

const STATUS = {
  'not-found': 404,
  failed: 422,
  'too-large': 422,
  'no-git': 502,
  timeout: 504,
} as const satisfies Record<SourceErrorCode, Refusal['status']>;

/** Source Svc: repositories at a revision, on this machine, to build from. */
export function sourceService(options: Omit<CheckoutOptions, 'signal'>): SourceService {
  const dirOf = async (wanted: unknown): Promise<{ readonly body: { readonly dir: string } }> => {
    try {
      return { body: { dir: (await checkOut(parseCheckout(wanted), options)).directory } };
    } catch (error) {
      if (error instanceof SourceError) throw new Refusal(STATUS[error.code], error.message);
      throw error;
    }
  };
  return { checkoutRepo: ({ body }) => dirOf(body), checkoutByQuery: ({ query }) => dirOf(query) };
}
