import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import ssh2 from 'ssh2';

const run = promisify(execFile);

/** An ssh server on 127.0.0.1 whose only command is `docker system dial-stdio`, and `nvidia-smi` when it has cards. */
export interface SshServer extends AsyncDisposable {
  readonly port: number;
  /** The private key that it lets in, and one that it does not. */
  readonly identityFile: string;
  readonly strangeIdentityFile: string;
  /** Knows the server's key; and one that knows another. */
  readonly knownHostsFile: string;
  readonly wrongKnownHostsFile: string;
  /** Ends all sessions. */
  cut(): void;
  readonly users: readonly string[];
}

/** Starts the server in front of an engine's socket. `cards`: what nvidia-smi prints. Needs ssh-keygen. */
export async function startSshServer(socketPath: string, cards?: string): Promise<SshServer> {
  const folder = await mkdtemp(join(tmpdir(), 'deploy-svc-ssh-'));
  const keygen = (name: string): Promise<unknown> =>
    run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]);
  await Promise.all(['host', 'client', 'strange'].map(keygen));
  const allowed = ssh2.utils.parseKey(await readFile(join(folder, 'client.pub')));
  if (allowed instanceof Error) throw allowed;
  const clients = new Set<ssh2.Connection>();
  const users: string[] = [];
  const server = new ssh2.Server({ hostKeys: [await readFile(join(folder, 'host'))] }, (client) => {
    clients.add(client);
    client.on('close', () => clients.delete(client)).on('error', () => clients.delete(client));
    client.on('authentication', (context) => {
      const known = context.method === 'publickey' && context.key.data.equals(allowed.getPublicSSH());
      if (!known) return context.reject(['publickey']);
      users.push(context.username);
      return context.accept();
    });
    client.on('session', (accept) => {
      accept().on('exec', (acceptExec, reject, info) => {
        if (cards !== undefined && info.command.startsWith('nvidia-smi --query-gpu=index,')) {
          const answer = acceptExec();
          answer.write(cards);
          answer.exit(0);
          return answer.end();
        }
        if (info.command !== 'docker system dial-stdio') return reject();
        const channel = acceptExec();
        const engine = connect(socketPath);
        channel.pipe(engine).pipe(channel);
        engine.on('error', () => channel.close());
        channel.on('error', () => engine.destroy()).on('close', () => engine.destroy());
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  for (const [file, key] of [
    ['known', 'host.pub'],
    ['wrong', 'strange.pub'],
  ] as const) {
    await writeFile(join(folder, file), `[127.0.0.1]:${port} ${await readFile(join(folder, key), 'utf8')}`);
  }
  const cut = (): void => {
    for (const client of clients) client.end();
  };
  return {
    port,
    identityFile: join(folder, 'client'),
    strangeIdentityFile: join(folder, 'strange'),
    knownHostsFile: join(folder, 'known'),
    wrongKnownHostsFile: join(folder, 'wrong'),
    cut,
    users,
    async [Symbol.asyncDispose]() {
      cut();
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
