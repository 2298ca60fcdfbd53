import { type ClientModule, type ClientVersion, loadClient } from './install-clients.ts';
import type { MethodOf } from './methods.ts';

/** A published client that calls one server and keeps in mind what it has called. */
export interface Client<V extends ClientVersion> {
  readonly version: V;
  readonly module: ClientModule;
  /** Calls `Api.method` with its arguments as they are: the request where the method takes one, fetch's options after it. */
  call<T = unknown>(method: MethodOf<V>, ...args: readonly unknown[]): Promise<T>;
  /** The same client with another key, as programs give it: with `Bearer `, raw, or made up at each call. */
  with(apiKey: ApiKey | undefined): Client<V>;
  /** Every method that was called, whoever of its clients did. */
  readonly called: ReadonlySet<string>;
}

export type ApiKey = string | (() => string) | (() => Promise<string>);

export async function openClient<V extends ClientVersion>(version: V, basePath: string): Promise<Client<V>> {
  return clientOf({ version, basePath, module: await loadClient(version), called: new Set() }, undefined);
}

interface Shared<V> {
  readonly version: V;
  readonly basePath: string;
  readonly module: ClientModule;
  readonly called: Set<string>;
}

type Methods = Readonly<Record<string, (...args: unknown[]) => Promise<unknown>>>;

function clientOf<V extends ClientVersion>(shared: Shared<V>, apiKey: ApiKey | undefined): Client<V> {
  const { version, basePath, module, called } = shared;
  const configuration = new (classOf(module, 'Configuration'))({
    basePath,
    ...(apiKey === undefined ? {} : { apiKey }),
  });
  return {
    version,
    module,
    called,
    with: (key) => clientOf(shared, key),
    async call<T>(name: MethodOf<V>, ...args: readonly unknown[]) {
      called.add(name);
      const [api = '', method = ''] = name.split('.');
      const instance = new (classOf(module, api))(configuration) as Methods;
      const function_ = instance[method];
      if (function_ === undefined) throw new Error(`client ${version} has no ${name}`);
      return (await function_.apply(instance, [...args]).catch(tellStatus)) as T;
    },
  };
}

/** The client's own message says no more than that it was refused. */
function tellStatus(error: unknown): never {
  if (error instanceof Error && 'response' in error && error.response instanceof Response) {
    error.message += `: ${error.response.status} ${error.response.statusText}`;
  }
  throw error;
}

/** What a client made of an answer that is no success. */
export interface Refused {
  readonly status: number;
  /** The reason phrase, where programs that read no body look. */
  readonly reason: string;
  readonly error: string;
}

/** Waits for the call to be refused. Throws when it is not, or when the client fails at the answer otherwise. */
export async function refusalOf(
  client: Pick<Client<ClientVersion>, 'module'>,
  call: Promise<unknown>,
): Promise<Refused> {
  const failure: unknown = await call.then(
    (answer) => new Error(`not refused, but answered: ${JSON.stringify(answer)}`),
    (error: unknown) => error,
  );
  if (!(failure instanceof classOf(client.module, 'ResponseError')) || !('response' in failure)) throw failure;
  const response = failure.response as Response;
  const { error } = (await response.json()) as { readonly error: string };
  return { status: response.status, reason: response.statusText, error };
}

/** Fetch's options for methods that send no key of their own. */
export function authorizedBy(key: string): unknown {
  return async ({ init }: { readonly init: { readonly headers: Readonly<Record<string, string>> } }) => ({
    headers: { ...init.headers, Authorization: key },
  });
}

function classOf(module: ClientModule, name: string): ClientModule[string] {
  const found = module[name];
  if (found === undefined) throw new Error(`the client exports no ${name}`);
  return found;
}
