import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { GitCall } from './git.ts';
import type { CheckoutRequest } from './request.ts';

/** What a call of git needs to be let in; see `GitCall`. */
export type Login = Pick<GitCall, 'config' | 'environment' | 'secrets'>;

/** Prints the passphrase, which it finds in its environment alone. */
const ASKPASS = `#!/bin/sh\nprintf '%s\\n' "$DEPLOY_SVC_PASSPHRASE"\n`;

/**
 * Puts what is needed into the private directory. Passwords travel as a header out of the environment and are never asked
 * for; with one, redirects are not followed: they would carry it to wherever they lead.
 */
export async function prepareLogin(
  { login, sshKey }: CheckoutRequest,
  directory: string,
  knownHosts: string | undefined,
): Promise<Login> {
  const ssh = await sshOf(sshKey, directory, knownHosts);
  if (login === undefined) return { environment: ssh, secrets: secretsOf(sshKey) };
  const credentials = Buffer.from(`${login.username}:${login.password}`).toString('base64');
  return {
    config: [
      ['http.extraHeader', `Authorization: Basic ${credentials}`],
      ['http.followRedirects', 'false'],
    ],
    environment: ssh,
    secrets: [login.password, credentials, ...secretsOf(sshKey)],
  };
}

function secretsOf(sshKey: CheckoutRequest['sshKey']): readonly string[] {
  return sshKey === undefined ? [] : [sshKey.key.trim(), sshKey.passphrase ?? ''];
}

/** The host's key is checked by the known hosts of the server's account, never trusted on first use. */
async function sshOf(
  sshKey: CheckoutRequest['sshKey'],
  directory: string,
  knownHosts: string | undefined,
): Promise<Readonly<Record<string, string>>> {
  const options = [
    'StrictHostKeyChecking=yes',
    'PasswordAuthentication=no',
    'KbdInteractiveAuthentication=no',
    'ForwardAgent=no',
    'ConnectTimeout=15',
    ...(knownHosts === undefined ? [] : [`UserKnownHostsFile=${knownHosts}`]),
  ];
  const command = ['ssh', '-F', '/dev/null', ...options.flatMap((option) => ['-o', option])];
  if (sshKey === undefined) return { GIT_SSH_COMMAND: [...command, '-o', 'BatchMode=yes'].map(quoted).join(' ') };
  const file = join(directory, 'key');
  await writeFile(file, sshKey.key, { mode: 0o600 });
  const identity = [...command, '-o', 'IdentitiesOnly=yes', '-o', 'IdentityAgent=none', '-i', file];
  if (sshKey.passphrase === undefined)
    return { GIT_SSH_COMMAND: [...identity, '-o', 'BatchMode=yes'].map(quoted).join(' ') };
  const askpass = join(directory, 'askpass');
  await writeFile(askpass, ASKPASS, { mode: 0o700 });
  return {
    GIT_SSH_COMMAND: [...identity, '-o', 'NumberOfPasswordPrompts=1'].map(quoted).join(' '),
    SSH_ASKPASS: askpass,
    SSH_ASKPASS_REQUIRE: 'force',
    DEPLOY_SVC_PASSPHRASE: sshKey.passphrase,
  };
}

/** For the shell that git runs the command in. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
