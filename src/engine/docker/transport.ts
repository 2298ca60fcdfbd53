import { readFileSync } from 'node:fs';
import { Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { join } from 'node:path';
import type { Duplex, Readable } from 'node:stream';
import { inspect } from 'node:util';

import Docker from 'dockerode';

import { HttpFailure, toHttpFailure } from './failure.ts';
import type { DockerOptions, TlsFiles } from './options.ts';
import { createSshAgent } from './ssh-agent.ts';

/** One request to the engine's HTTP API. Query values that are objects are sent as JSON. */
export interface ApiRequest {
  readonly method: 'HEAD' | 'GET' | 'POST' | 'DELETE';
  /** Without query, its parts encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: Readonly<Record<string, unknown>>;
  /** A tar to upload instead of a body. */
  readonly upload?: Readable;
  /** Registries are told that nobody logs in: engines want to hear so. */
  readonly anonymous?: boolean;
}

/** The open way to an engine. */
export interface Transport {
  /** Resolves with the answer's head; the body is left to the caller. Throws HttpFailure for other answers than success. */
  send(request: ApiRequest, signal: AbortSignal): Promise<IncomingMessage>;
  /** Takes the connection over, for bytes in both directions. The signal is minded until then. Throws as `send` does. */
  upgrade(request: ApiRequest, signal: AbortSignal): Promise<Duplex>;
  /** Closes every connection. */
  close(): void;
}

/** Idle connections are closed before a proxy in between forgets them. */
const AGENT = { keepAlive: true, timeout: 5_000 };
const SUCCESS = { 200: true, 201: true, 204: true };

/** The way to an engine's normalised URL (`unix:`, `tcp:`, `ssh:`). Reads the TLS files. */
export function openTransport(url: URL, options: DockerOptions): Transport {
  const agent = withShortInspection(agentFor(url, options));
  const address = { ...FROM_NOWHERE, ...addressOf(url, options), agent };
  const docker = new Docker(address);
  const modem = docker.modem as Modem;
  return {
    send: async (request, signal) => keepAlive((await dial(modem, request, signal, false)) as IncomingMessage),
    upgrade: (request, signal) => dial(modem, request, signal, true),
    close: () => agent.destroy(),
  };
}

/**
 * For a debug message that is hardly ever shown, docker-modem renders its options in full depth at every request: with
 * the agent's sockets in them that took a hundred times as long as the request.
 */
function withShortInspection(agent: HttpAgent): HttpAgent {
  return Object.assign(agent, { [inspect.custom]: () => 'Agent' });
}

/** DOCKER_HOST and its kin would otherwise fill in, or win over, what is not given: the wrong engine would be driven. */
const FROM_NOWHERE = {
  host: undefined,
  port: undefined,
  protocol: 'http' as const,
  username: undefined,
  ca: undefined,
  cert: undefined,
  key: undefined,
  timeout: undefined,
  pathPrefix: '/',
};

function addressOf(url: URL, options: DockerOptions): Docker.DockerOptions {
  if (url.protocol === 'unix:') return { socketPath: decodeURIComponent(url.pathname) };
  // The ssh agent is already bound to its host; HTTP asks only for some name.
  if (url.protocol === 'ssh:') return { host: 'engine.ssh', port: 80 };
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port);
  if (options.tls === undefined) return { host, port };
  return { host, port, protocol: 'https', ...readTls(options.tls) };
}

function agentFor(url: URL, options: DockerOptions): HttpAgent {
  if (url.protocol === 'ssh:') return createSshAgent(url, options.ssh ?? {}, AGENT);
  return url.protocol === 'tcp:' && options.tls !== undefined ? new HttpsAgent(AGENT) : new HttpAgent(AGENT);
}

function readTls(files: TlsFiles): { ca: Buffer; cert: Buffer; key: Buffer } {
  const paths =
    'directory' in files
      ? {
          ca: join(files.directory, 'ca.pem'),
          cert: join(files.directory, 'cert.pem'),
          key: join(files.directory, 'key.pem'),
        }
      : files;
  return { ca: readFileSync(paths.ca), cert: readFileSync(paths.cert), key: readFileSync(paths.key) };
}

interface Modem {
  dial(options: object, callback: (error: unknown, response: Duplex | IncomingMessage | null) => void): void;
}

/** The answer, or the connection itself where it is to be taken over. */
function dial(modem: Modem, request: ApiRequest, signal: AbortSignal, hijack: true): Promise<Duplex>;
function dial(modem: Modem, request: ApiRequest, signal: AbortSignal, hijack: false): Promise<Duplex | IncomingMessage>;
function dial(modem: Modem, request: ApiRequest, signal: AbortSignal, hijack: boolean): Promise<unknown> {
  return new Promise((resolve, reject) => {
    modem.dial(
      {
        method: request.method,
        path: `${request.path}?`,
        options: { _query: request.query ?? {}, _body: request.body ?? {} },
        file: request.upload,
        ...(request.anonymous === true ? { authconfig: { username: '', password: '', serveraddress: '' } } : {}),
        abortSignal: signal,
        isStream: true,
        ...(hijack ? { hijack } : {}),
        statusCodes: SUCCESS,
      },
      (error, response) => {
        if (error) reject(toHttpFailure(error));
        else if (response === null) reject(new HttpFailure(0, 'no answer'));
        else resolve(response);
      },
    );
  });
}

/** A stream may be silent for hours: only TCP's own probes tell a quiet engine from one that is gone. */
function keepAlive(response: IncomingMessage): IncomingMessage {
  response.socket.setKeepAlive(true, 10_000);
  return response;
}
