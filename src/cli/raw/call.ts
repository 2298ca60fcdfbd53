import { errorOf, ServerUnreachable } from '../../api/client-error.ts';
import { openContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import type { Json } from '../json.ts';
import { flagsText, RAW_EXAMPLES } from './examples.ts';
import { flagsToBody } from './flags.ts';
import type { RawCall } from './verb.ts';

/** Carries out a raw call and prints what the server answered, JSON with two spaces of indentation. */
export async function callRaw(raw: RawCall): Promise<void> {
  const verb = raw.method.toLowerCase();
  if (raw.args.length === 0 || raw.args.some((arg) => arg === '--help' || arg === '-h')) {
    process.stdout.write(usage(raw.method));
    if (raw.args.length === 0) throw new Failure('no path was given', { exitCode: EXIT.usage });
    return;
  }
  const context = await openContext(raw);
  const { path, body } = partsOf(raw);
  const url = `${context.environment.url.replace(/\/+$/, '')}/${path}`;
  const headers: Record<string, string> = { accept: 'application/json' };
  if (context.token !== undefined) headers['authorization'] = `Bearer ${context.token}`;
  if (body !== undefined) headers['content-type'] = 'application/json';
  const what = `${verb} ${url}`;
  const request = { method: raw.method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const response = await send(url, request, context.environment.url).catch((error: unknown) => {
    throw context.failure(error, what);
  });
  if (!response.ok) throw context.failure(await errorOf(response), `${what} (status ${response.status})`);
  process.stdout.write(pretty(await response.text()));
}

async function send(url: string, request: RequestInit, server: string): Promise<Response> {
  if (!URL.canParse(url)) throw new Failure(`"${url}" is not a URL`, { exitCode: EXIT.usage });
  try {
    return await fetch(url, { ...request, signal: AbortSignal.timeout(60_000) });
  } catch (error) {
    throw new ServerUnreachable(server, error);
  }
}

/** Words are joined with `/`; flags are the query of a GET and the body of the others. */
function partsOf({ method, args }: RawCall): { path: string; body: Json | undefined } {
  const words = args.filter((arg) => !arg.startsWith('--'));
  const flags = args.filter((arg) => arg.startsWith('--'));
  const path = words.join('/').replace(/^\/+/, '');
  if (method === 'GET') return { path: withQuery(path, flags), body: undefined };
  if (method === 'DELETE' && flags.length === 0) return { path, body: undefined };
  return { path, body: flagsToBody(flags) };
}

function withQuery(path: string, flags: readonly string[]): string {
  if (flags.length === 0) return path;
  const query = new URLSearchParams(
    flags.map((flag): [string, string] => {
      const [, key = '', value = ''] = /^--([^=]+)=?(.*)$/s.exec(flag) ?? [];
      return [key, value];
    }),
  );
  return `${path}${path.includes('?') ? '&' : '?'}${query.toString()}`;
}

function pretty(text: string): string {
  if (text === '') return '';
  try {
    return `${JSON.stringify(JSON.parse(text), null, 2)}\n`;
  } catch {
    // Some paths answer text, such as those behind the proxy: it is passed on as it came.
    return text.endsWith('\n') ? text : `${text}\n`;
  }
}

function usage(method: RawCall['method']): string {
  return [
    `Usage: oo [-e env] [-a app-host] ${method.toLowerCase()} <path> [--key=value ...]`,
    '',
    flagsText(method),
    '',
    'Examples:',
    ...RAW_EXAMPLES[method].map((line) => `  $ ${line}`),
    '',
  ].join('\n');
}
