import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { Agent, type AgentOptions } from 'node:http';
import { Duplex } from 'node:stream';

import type { SshOptions } from './options.ts';

/**
 * An HTTP agent whose connections run `docker system dial-stdio` on the host through the OpenSSH client, as Docker's
 * own client does: the user's ssh configuration, agent, jump hosts and known hosts apply.
 */
export function createSshAgent(url: URL, options: SshOptions, agentOptions: AgentOptions): Agent {
  const agent = new Agent(agentOptions);
  const connect = (): Duplex =>
    new SshConnection(options.command ?? 'ssh', sshArguments(url, options, 'docker system dial-stdio'));
  // Agents are made to be given another createConnection; the types know only net.Socket.
  Object.assign(agent, { createConnection: connect });
  return agent;
}

/** The arguments with which OpenSSH runs a command on the host, without ever asking anybody anything. */
export function sshArguments(url: URL, options: SshOptions, command: string): string[] {
  const settings = [
    'BatchMode=yes',
    'StrictHostKeyChecking=yes',
    'ConnectTimeout=10',
    'ServerAliveInterval=10',
    'ServerAliveCountMax=2',
  ];
  if (options.knownHostsFile !== undefined) settings.push(`UserKnownHostsFile=${options.knownHostsFile}`);
  return [
    '-T',
    ...settings.flatMap((setting) => ['-o', setting]),
    ...(options.identityFile === undefined ? [] : ['-o', 'IdentitiesOnly=yes', '-i', options.identityFile]),
    ...(url.username === '' ? [] : ['-l', decodeURIComponent(url.username)]),
    ...(url.port === '' ? [] : ['-p', url.port]),
    '--',
    url.hostname.replace(/^\[|\]$/g, ''),
    command,
  ];
}

/** The child's standard input and output as one connection; its last words on standard error are the reason of its end. */
class SshConnection extends Duplex {
  readonly #child: ChildProcessWithoutNullStreams;
  #words = '';

  constructor(command: string, args: readonly string[]) {
    super({ allowHalfOpen: false });
    this.#child = spawn(command, args);
    this.#child.on('error', (error) => this.destroy(error));
    this.#child.stderr.on('data', (chunk: Buffer) => (this.#words = (this.#words + chunk.toString()).slice(-1_000)));
    this.#child.stdout.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) this.#child.stdout.pause();
    });
    this.#child.stdin.on('error', () => this.#child.kill());
    this.#child.on('close', (code) => {
      if (code === 0 || this.destroyed) this.push(null);
      else this.destroy(new Error(`ssh ended with code ${code}: ${this.#words.trim()}`));
    });
  }

  override _read(): void {
    this.#child.stdout.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#child.stdin.write(chunk, (error) => done(error));
  }

  override _final(done: () => void): void {
    this.#child.stdin.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#child.kill();
    done(error);
  }

  // What an HTTP agent asks of a socket; ssh's own ServerAlive settings do their work.
  setTimeout(): this {
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    this.#child.ref();
    return this;
  }
  unref(): this {
    this.#child.unref();
    return this;
  }
}
