import { type Request, raw, type RequestHandler } from 'express';
import type { z } from 'zod';

import { InvalidInput, type Problem } from '../domain/problem.ts';

/** Reads the body as bytes, whatever its type says, up to 1 MiB after decompression. */
export const readBody: RequestHandler = raw({ type: () => true, limit: '1mb', inflate: true });

/** No request has reason to nest deeper, and whatever walks a value may take its depth for bounded. */
const MAX_DEPTH = 64;

/** The body as JSON; absent, empty and `null` are all `{}`: clients send each of them for "nothing". */
export function bodyOf(request: Request): unknown {
  const bytes: unknown = request.body;
  const text = Buffer.isBuffer(bytes) ? bytes.toString('utf8').trim() : '';
  if (text === '') return {};
  const value = parsed(text) ?? {};
  if (depthOf(value) > MAX_DEPTH) {
    throw new InvalidInput([{ field: '', message: `is nested more than ${MAX_DEPTH} levels deep` }]);
  }
  return value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidInput([{ field: '', message: 'Invalid JSON' }]);
  }
}

/** Level by level: the depth is what must not become the depth of a stack. */
function depthOf(value: unknown): number {
  let depth = 0;
  for (let level: unknown[] = [value]; level.length > 0; depth += 1) {
    level = level.flatMap((part): unknown[] => (typeof part === 'object' && part !== null ? Object.values(part) : []));
  }
  return depth;
}

/** The query's fields. A second `?` counts as `&`: one client appends its own to whatever there is. */
export function queryOf(request: Request): Readonly<Record<string, string>> {
  const [, ...rest] = request.originalUrl.split('?');
  const fields = [...new URLSearchParams(rest.join('&'))].filter(([, value]) => value !== '');
  return Object.fromEntries(fields);
}

/** Throws InvalidInput with every problem. */
export function checked<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  const problems: Problem[] = result.success ? [] : result.error.issues.map(problemOf);
  if (!isStorable(value)) {
    problems.push({ field: '', message: 'holds a character that no text may hold (NUL or half of a surrogate pair)' });
  }
  if (problems.length > 0 || !result.success) throw new InvalidInput(problems);
  return result.data;
}

function problemOf({ path, message }: z.core.$ZodIssue): Problem {
  return { field: path.map(String).join('.'), message };
}

function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0');
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, part]) => isStorable(key) && isStorable(part));
}
