import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A certificate authority with a server's and a client's certificate, in folders laid out as DOCKER_CERT_PATH. */
export interface Certificates extends AsyncDisposable {
  readonly server: string;
  readonly client: string;
}

/** Makes a certificate authority and its certificates (server: 127.0.0.1) with openssl. */
export async function makeCertificates(): Promise<Certificates> {
  const folder = await mkdtemp(join(tmpdir(), 'deploy-svc-tls-'));
  const openssl = (...args: string[]): Promise<unknown> => run('openssl', args, { cwd: folder });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    'ca-key.pem',
    '-out',
    'ca.pem',
    '-days',
    '1',
    '-subj',
    '/CN=test authority',
  );
  const issue = async (name: string, extensions: string): Promise<string> => {
    const directory = join(folder, name);
    await run('mkdir', [directory]);
    await writeFile(join(directory, 'extensions'), extensions);
    await openssl(
      'req',
      ...newKey,
      '-keyout',
      `${name}/key.pem`,
      '-out',
      `${name}/request.pem`,
      '-subj',
      `/CN=${name}`,
    );
    const signing = ['-CA', 'ca.pem', '-CAkey', 'ca-key.pem', '-CAcreateserial', '-extfile', `${name}/extensions`];
    await openssl('x509', '-req', '-in', `${name}/request.pem`, '-out', `${name}/cert.pem`, '-days', '1', ...signing);
    await run('cp', [join(folder, 'ca.pem'), join(directory, 'ca.pem')]);
    return directory;
  };
  return {
    server: await issue('server', 'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth\n'),
    client: await issue('client', 'extendedKeyUsage=clientAuth\n'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
