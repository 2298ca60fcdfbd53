import { compactVerify, type CryptoKey, SignJWT } from 'jose';
import { z } from 'zod';

import { ALGORITHM, type SigningKey } from './keys.ts';

/** The claims that clients read, in the order in which they are signed: the same claims give the same token. */
export interface Claims {
  readonly userId: string;
  readonly appId: string;
  readonly slug: string;
  readonly roles: readonly string[];
  readonly device: string;
  readonly tokenId: string;
  /** Whole seconds. */
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

export async function signToken(key: SigningKey, claims: Claims): Promise<string> {
  return new SignJWT({
    '1ui': claims.userId,
    '1ai': claims.appId,
    '1sl': claims.slug,
    '1ro': [...claims.roles],
    '1de': claims.device,
    jti: claims.tokenId,
    iat: secondsOf(claims.issuedAt),
    exp: secondsOf(claims.expiresAt),
  })
    .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT', kid: key.id })
    .sign(key.privateKey);
}

const signedPayload = z.object({ jti: z.string(), exp: z.number() });

/** Id and expiry of a token that we signed, expired or not; undefined for anything else. */
export async function verifyToken(
  token: string,
  keyOf: (id: string) => Promise<CryptoKey | undefined>,
): Promise<{ readonly tokenId: string; readonly expiresAt: Date } | undefined> {
  try {
    const { payload } = await compactVerify(
      token,
      async ({ kid = '' }) => {
        const key = await keyOf(kid);
        if (key === undefined) throw new UnknownKey();
        return key;
      },
      { algorithms: [ALGORITHM] },
    );
    const { jti, exp } = signedPayload.parse(JSON.parse(new TextDecoder().decode(payload)));
    return { tokenId: jti, expiresAt: new Date(exp * 1000) };
  } catch (error) {
    if (isForgery(error)) return undefined;
    throw error;
  }
}

class UnknownKey extends Error {}

/** What a token that is not ours leads to; anything else, such as a database that is away, is a failure of ours. */
function isForgery(error: unknown): boolean {
  if (error instanceof UnknownKey || error instanceof SyntaxError || error instanceof z.ZodError) return true;
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return false;
  return /^ERR_(JW|JOSE_ALG_NOT_ALLOWED|JOSE_NOT_SUPPORTED)/.test(error.code);
}

function secondsOf(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
