import type { Request } from 'express';
import type { z } from 'zod';

import { InvalidInput, type Problem } from '../domain/problem.ts';
import { limitJson } from './limits/json.ts';

/** The body as JSON; absent, empty and `null` are all `{}`: clients send each of them for "nothing". */
export function bodyOf(request: Request): unknown {
  const bytes: unknown = request.body;
  const text = Buffer.isBuffer(bytes) ? bytes.toString('utf8').trim() : '';
  if (text === '') return {};
  const value = parsed(text) ?? {};
  limitJson(value);
  return value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidInput([{ field: '', message: 'Invalid JSON' }]);
  }
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
