import { Failure } from '../failure.ts';
import { EXIT } from '../exit-codes.ts';
import type { Json } from '../json.ts';

type Body = Map<string, Node>;
type Node = Json | Body | Node[];

/**
 * The JSON body that `--key=value` flags spell. `.` in a key nests, else `-` does; a repeated key makes an array;
 * `--user-id=1 --user-id=2` and `--user-id.name=joe` make arrays of objects. Whole numbers and `true`/`false` become
 * numbers and booleans, all else stays text. Throws a usage `Failure` for anything that is not `--key=value`.
 */
export function flagsToBody(flags: readonly string[]): Json {
  const body: Body = new Map();
  for (const flag of flags) {
    const match = /^--([^=]+)=(.*)$/s.exec(flag);
    if (match === null) {
      throw new Failure(`"${flag}" is not of the form --key=value`, {
        exitCode: EXIT.usage,
        next: ['oo post /deploy-svc/deployments --key=value --nested.key=value'],
      });
    }
    const [, key = '', text = ''] = match;
    put(body, key, scalar(text));
  }
  return plain(body);
}

function put(body: Body, key: string, value: Json): void {
  const parts = key.includes('.') ? key.split('.') : key.split('-');
  const last = parts.at(-1) ?? '';
  const parent = parts.at(-2);
  if (parent?.endsWith('-id')) return append(body, parent.slice(0, -'-id'.length), new Map([[last, value]]));
  if (parts.length === 2 && last === 'id' && !key.includes('.') && repeatsId(body, parent ?? '', value)) return;
  let target = body;
  for (const part of parts.slice(0, -1)) {
    const existing = target.get(part);
    const child: Body = existing instanceof Map ? existing : new Map();
    target.set(part, child);
    target = child;
  }
  const before = target.get(last);
  if (!target.has(last) || before === undefined) target.set(last, value);
  else target.set(last, Array.isArray(before) ? [...(before as Node[]), value] : [before, value]);
}

/** Whether the parent already had an id, so that it now is an array of objects with one id each. */
function repeatsId(body: Body, parent: string, value: Json): boolean {
  const existing = body.get(parent);
  const next: Body = new Map([['id', value]]);
  if (Array.isArray(existing)) {
    body.set(parent, [...(existing as Node[]), next]);
    return true;
  }
  if (!(existing instanceof Map) || existing.size !== 1 || !existing.has('id')) return false;
  body.set(parent, [existing, next]);
  return true;
}

function append(body: Body, key: string, value: Node): void {
  const existing = body.get(key);
  body.set(key, Array.isArray(existing) ? [...(existing as Node[]), value] : [value]);
}

function scalar(text: string): Json {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^[+-]?\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : text;
}

function plain(node: Node): Json {
  if (node instanceof Map) return Object.fromEntries([...node].map(([key, value]) => [key, plain(value)]));
  return Array.isArray(node) ? node.map(plain) : (node as Json);
}
