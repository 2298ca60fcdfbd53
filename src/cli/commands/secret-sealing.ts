import { crc32 } from 'node:zlib';

import { openContext, type Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { toYaml } from '../output.ts';
import type { GlobalOptions } from '../session.ts';
import { askValue } from './secret-save.ts';

/** Prints a secret, sealed, as YAML that `oo secret save` takes. */
export async function encryptSecret(id: string, given: string | undefined, options: GlobalOptions): Promise<void> {
  const value = given ?? (await askValue(id));
  const context = await openContext(options);
  const { body } = await context.call(`encrypt ${id}`, 'encryptValue', { body: { value } });
  if (!(await asksSecure(context))) context.terminal.stdout.write('# warning: secret service is not secure\n');
  const checksum = crc32(value).toString(16).padStart(8, '0');
  const sealed = { checksum, checksumAlgorithm: 'CRC32', encrypted: true, id, value: body.value };
  context.terminal.stdout.write(await toYaml(sealed));
}

/** Says that the server seals with a key of its own, or fails. */
export async function isSecure(options: GlobalOptions): Promise<void> {
  const context = await openContext(options);
  if (!(await asksSecure(context))) {
    throw new Failure('the service is not secure: it seals secrets with a key that everybody knows', {
      next: [
        'set SECRET_KEY of every process to the output of: openssl rand -base64 32',
        'and start them again; what is stored is sealed with the new key then',
      ],
    });
  }
  context.terminal.stdout.write('Service is secure.\n');
}

async function asksSecure(context: Context): Promise<boolean> {
  const { body } = await context.call('ask whether the service is secure', 'isSecure', {});
  return body.isSecure;
}
