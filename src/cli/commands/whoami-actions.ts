import { errors, importSPKI, type JWTPayload, jwtVerify } from 'jose';

import { createClient } from '../../api/client.ts';
import { type Context, openContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { toYaml } from '../output.ts';
import type { GlobalOptions } from '../session.ts';
import type { User } from '../state/state.ts';

/** Prints who is logged in, after verifying the token with the server's public key. */
export async function whoami(options: GlobalOptions & { readonly all?: boolean }): Promise<void> {
  const context = await openContext(options);
  const users = context.environment.users ?? {};
  const selected = users[context.environment.selectedUser ?? ''];
  if (selected === undefined) throw nobody(context);
  const { body } = await context.call('get the public key', 'publicKey', {});
  const others = options.all === true ? Object.values(users).filter((user) => user !== selected) : [];
  const described = await Promise.all([selected, ...others].map((user) => describe(context, user, body.publicKey)));
  if (options.all === true) process.stdout.write(`# Selected user: ${selected.slug}\n`);
  process.stdout.write((await Promise.all(described.map(toYaml))).join('\n'));
}

/** Prints the token that calls are made with. */
export async function printToken(options: GlobalOptions): Promise<void> {
  const context = await openContext(options);
  if (context.token === undefined) throw nobody(context);
  process.stdout.write(`${context.token}\n`);
}

async function describe(context: Context, user: User, publicKey: string): Promise<unknown> {
  const claims = await claimsOf(context, user, publicKey);
  return {
    slug: claims['1sl'],
    id: claims['1ui'],
    app: { id: claims['1ai'], host: user.selectedAppHost },
    roles: claims['1ro'],
    tokenHosts: Object.keys(user.tokensByAppHost),
  };
}

/** The claims of the user's token, of a fresh one when it has expired. */
async function claimsOf(context: Context, user: User, publicKey: string): Promise<JWTPayload> {
  const key = await importSPKI(publicKey, 'RS256');
  const token = user.tokensByAppHost[user.selectedAppHost] ?? '';
  try {
    return (await jwtVerify(token, key)).payload;
  } catch (error) {
    if (!(error instanceof errors.JWTExpired)) {
      throw new Failure(`the token of "${user.slug}" is not one of this server: ${(error as Error).message}`, {
        exitCode: EXIT.unauthorized,
        next: [`oo login ${user.slug}`],
        cause: error,
      });
    }
  }
  const client = createClient({ baseUrl: context.environment.url, token });
  const { body } = await client.call('refreshToken', {}).catch((error: unknown) => {
    throw context.failure(error, 'refresh the token');
  });
  return (await jwtVerify(body.token.token, key)).payload;
}

function nobody(context: Context): Failure {
  return new Failure(`nobody is logged in to "${context.environmentName}"`, {
    exitCode: EXIT.unauthorized,
    next: ['oo login <slug>'],
  });
}
