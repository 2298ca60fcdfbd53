import { shown } from './input-value.ts';
import type { Problem } from './problem.ts';
import { SECRET_NAME } from './secret/name.ts';

/** A piece of the value of an environment variable: what is written there, or where the rest comes from. */
export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'secret' | 'env'; readonly name: string };

/** What the values of an environment refer to, each name once, in order. */
export interface References {
  readonly secrets: readonly string[];
  /** Variables of the server's own environment. */
  readonly variables: readonly string[];
}

const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const VALID_FORM = '{{secret:name}} or {{env:NAME}}; to write two braces as they are, double them: {{{{';

/** `{{{{`, then `{{kind:name}}`, then what was meant as a reference and is none. Other braces are text. */
const TOKEN = /\{\{\{\{|\{\{([A-Za-z][A-Za-z0-9_-]*):([^{}]*)\}\}|\{\{\s*(?:secret|env)\s*(?::|\}\})/g;

/** Takes a value apart. What is no valid reference is text, as it stands. */
export function partsOf(value: string): readonly Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const match of value.matchAll(TOKEN)) {
    const part = partOf(match);
    if (part === undefined) continue;
    if (match.index > from) parts.push({ kind: 'text', text: value.slice(from, match.index) });
    parts.push(part);
    from = match.index + match[0].length;
  }
  if (from < value.length) parts.push({ kind: 'text', text: value.slice(from) });
  return parts;
}

/** What is wrong with the references in a value, reported against the field; undefined when nothing is. */
export function referenceProblem(field: string, value: string): Problem | undefined {
  const bad = [...value.matchAll(TOKEN)].find((match) => partOf(match) === undefined);
  return bad && { field, message: `${shown(bad[0])} is no reference`, hint: VALID_FORM };
}

/** Everything that these values refer to. */
export function referencesOf(values: Iterable<string>): References {
  const parts = [...values].flatMap(partsOf);
  const named = (kind: 'secret' | 'env'): string[] => [
    ...new Set(parts.flatMap((part) => (part.kind === kind ? [part.name] : []))),
  ];
  return { secrets: named('secret'), variables: named('env') };
}

/** The value with each reference replaced. `valueOf` knows every one of them. */
export function resolveReferences(value: string, valueOf: (part: Exclude<Part, { kind: 'text' }>) => string): string {
  return partsOf(value)
    .map((part) => (part.kind === 'text' ? part.text : valueOf(part)))
    .join('');
}

function partOf([token, kind, name = '']: RegExpExecArray): Part | undefined {
  if (token === '{{{{') return { kind: 'text', text: '{{' };
  if (kind === 'secret' && SECRET_NAME.test(name)) return { kind, name };
  if (kind === 'env' && VARIABLE_NAME.test(name)) return { kind, name };
  return undefined;
}
