import { tmpdir } from 'node:os';
import { resolve } from 'node:path';

import type { FuzzAnswer } from './send.ts';

/** What an answer must never tell: stacks, statements, files, what the database or the runtime say to themselves. */
const INSIDE =
  /\n\s+at |node_modules|file:\/\/|\.ts:\d+|\.js:\d+|\b(?:select|insert into|update|delete from) .* (?:from|values|set|where) |syntax error|SQLSTATE|violates|relation "|invalid input syntax|out of range for type|unsupported Unicode|is not a function|Cannot read prop|undefined \(|\[object Object\]|Maximum call stack/i;

/** Where the program and its temporary files lie. */
const PATHS: readonly string[] = [resolve(import.meta.dirname, '../../..'), tmpdir() + '/deploy-svc'];

/** What is wrong with an answer, in words; empty for a good one. `gateway`: the operation asks others, who may fail. */
export function faultsOf({ status, reason, headers, text }: FuzzAnswer, method: string, gateway: boolean): string[] {
  const faults: string[] = [];
  const allowed = status < 500 || (gateway && (status === 502 || status === 504));
  if (!allowed) faults.push(`status ${status}`);
  if (!/^[\x20-\x7e]{0,200}$/.test(reason)) faults.push(`reason phrase ${JSON.stringify(reason)}`);
  for (const name of ['x-correlation-id', 'x-content-type-options', 'access-control-allow-origin']) {
    if (headers[name] === undefined) faults.push(`no header ${name}`);
  }
  if (headers['x-injected'] !== undefined) faults.push('a header of the request came back');
  if (status >= 400) faults.push(...faultsOfError({ headers, text }, method));
  return faults;
}

function faultsOfError({ headers, text }: Pick<FuzzAnswer, 'headers' | 'text'>, method: string): string[] {
  const faults: string[] = [];
  if (!/^application\/json(; charset=utf-8)?$/.test(String(headers['content-type'])))
    faults.push(`content type ${String(headers['content-type'])}`);
  if (method === 'HEAD') return faults;
  const error = errorIn(text);
  if (error === undefined) faults.push(`body ${text.slice(0, 200)}`);
  if (error !== undefined && /[\r\n]/.test(error)) faults.push('the error is more than one line');
  const inside = INSIDE.exec(text)?.[0] ?? PATHS.find((path) => text.includes(path));
  if (inside !== undefined) faults.push(`says something of the inside: ${inside}`);
  if (text.length > 100_000) faults.push(`the error has ${text.length} characters`);
  return faults;
}

function errorIn(text: string): string | undefined {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body !== 'object' || body === null || !('error' in body)) return undefined;
    return typeof body.error === 'string' && body.error !== '' ? body.error : undefined;
  } catch {
    return undefined;
  }
}
