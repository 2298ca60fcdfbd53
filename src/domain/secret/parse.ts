import { inputOf, type Input } from '../input.ts';
import { isObject } from '../input-value.ts';
import { InvalidInput, type Problem } from '../problem.ts';
import type { SecretAccess } from './events.ts';
import { SECRET_NAME, SECRET_NAME_FORM } from './name.ts';

/** The longest value, in bytes: Linux takes no environment variable of 128 KiB, and some of it is text around. */
const MOST_BYTES = 65_536;

const SHAPE = '{"secrets": [{"id": "db-password", "value": "..."}]}';

/** A secret as somebody asks for it. */
export interface SecretSave {
  /** Host of the app. */
  readonly app: string;
  readonly name: string;
  /** Absent: it stays as it is. */
  readonly value: string | undefined;
  /** The lists that were given. */
  readonly access: SecretAccess;
}

/** Turns a sealed value that came from outside into the value. Throws InvalidInput. */
export type Unseal = (sealed: string) => string;

/** How a checksum of that algorithm is made, in lower-case hex. `""` is CRC32. */
export type Checksum = (algorithm: ChecksumAlgorithm, value: string) => string;

export const CHECKSUM_ALGORITHMS = ['', 'CRC32', 'BLAKE2s', 'SHA-256', 'SHA-512'] as const;
export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number];

/**
 * The secrets of one save. Values are never shown in problems. Throws InvalidInput with every problem at once. `app`: the
 * one that they belong to when they do not say.
 */
export function parseSecrets(
  value: unknown,
  app: string,
  ports: { readonly unseal: Unseal; readonly checksum: Checksum },
): readonly SecretSave[] {
  const problems: Problem[] = [];
  const secrets = hasShape(value)
    ? (inputOf(value, problems).list('secrets', (input) => secretOf(input, app, ports)) ?? [])
    : [];
  if (secrets.length === 0 && problems.length === 0) problems.push({ field: 'secrets', message: 'is empty' });
  const keys = secrets.map(({ app: host, name }) => `${host} ${name}`);
  const twice = secrets.find((_, index) => keys.indexOf(keys[index] ?? '') !== index);
  if (twice !== undefined) problems.push({ field: 'secrets', message: `lists ${twice.name} twice` });
  if (problems.length > 0) throw new InvalidInput(problems);
  return secrets;
}

/** Looked at here, because a problem about a wrong shape would show what stands there. */
function hasShape(value: unknown): boolean {
  const secrets = isObject(value) ? value['secrets'] : undefined;
  if (Array.isArray(secrets) && secrets.every(isObject)) return true;
  throw new InvalidInput([{ field: 'secrets', message: 'must be a list of objects', hint: SHAPE }]);
}

function secretOf(
  input: Input,
  app: string,
  { unseal, checksum }: { readonly unseal: Unseal; readonly checksum: Checksum },
): SecretSave {
  const field = input.has('key') && !input.has('id') ? 'key' : 'id';
  const name = input.requiredText(field, 'the name that {{secret:name}} refers to');
  if (name !== '' && !SECRET_NAME.test(name)) input.problem(field, 'is no name of a secret', SECRET_NAME_FORM);
  const given = valueOf(input);
  const value = given !== undefined && input.raw('encrypted') === true ? unsealed(input, given, unseal) : given;
  if (value !== undefined) judge(input, value, checksum);
  const appHost = input.text('appHost') ?? '';
  return { app: appHost === '' ? app : appHost, name, value, access: accessOf(input) };
}

/** Not read as a text, whose problem would show it. */
function valueOf(input: Input): string | undefined {
  const raw = input.raw('value');
  if (raw === undefined || typeof raw === 'string') return raw;
  input.problem('value', 'must be a text', 'put it in quotes');
  return undefined;
}

function unsealed(input: Input, sealed: string, unseal: Unseal): string | undefined {
  try {
    return unseal(sealed);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    for (const { message, hint } of error.problems) input.problem('value', message, hint);
    return undefined;
  }
}

function judge(input: Input, value: string, checksum: Checksum): void {
  const bytes = new TextEncoder().encode(value).length;
  if (value === '') input.problem('value', 'is empty');
  if (bytes > MOST_BYTES) input.problem('value', `has ${bytes} bytes; at most ${MOST_BYTES} fit`);
  if (value.includes('\0') || !value.isWellFormed()) {
    input.problem('value', 'holds a character that no text may hold (NUL or half of a surrogate pair)');
  }
  const expected = input.text('checksum') ?? '';
  if (expected === '') return;
  const algorithm = CHECKSUM_ALGORITHMS.find((known) => known === (input.text('checksumAlgorithm') ?? ''));
  if (algorithm === undefined) {
    input.problem('checksumAlgorithm', 'is not known', `one of ${CHECKSUM_ALGORITHMS.slice(1).join(', ')}`);
  } else if (checksum(algorithm, value) !== expected.toLowerCase()) {
    input.problem('checksum', 'does not fit the value');
  }
}

function accessOf(input: Input): SecretAccess {
  const lists = (
    ['readers', 'writers', 'deleters', 'canChangeReaders', 'canChangeWriters', 'canChangeDeleters'] as const
  )
    .map((list) => [list, slugsOf(input, list)] as const)
    .filter(([, slugs]) => slugs !== undefined);
  return Object.fromEntries(lists);
}

function slugsOf(input: Input, list: string): string[] | undefined {
  const raw = input.raw(list);
  if (raw === undefined) return undefined;
  if (Array.isArray(raw) && raw.every((slug) => typeof slug === 'string')) return [...raw];
  input.problem(list, 'must be a list of slugs', `${list}: ["my-service"]`);
  return undefined;
}
