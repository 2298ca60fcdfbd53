import { IDENTIFIER, IDENTIFIER_FORM } from '../identifier.ts';
import { inputOf, shown, type Input } from '../input.ts';
import { InvalidInput, type Problem } from '../problem.ts';

/** A running service as it registers itself. */
export interface InstanceInput {
  readonly url: string;
  readonly id: string | undefined;
  readonly deploymentId: string | undefined;
  readonly scheme: string | undefined;
  readonly host: string | undefined;
  readonly ip: string | undefined;
  readonly port: number | undefined;
  readonly path: string | undefined;
}

/** The URL wins; without it scheme, ip or host, and port make one. Throws InvalidInput with every problem at once. */
export function parseInstance(value: unknown): InstanceInput {
  const problems: Problem[] = [];
  const input = inputOf(value, problems);
  const parts = {
    scheme: input.text('scheme'),
    host: input.text('host'),
    ip: input.text('ip'),
    port: input.integer('port', { min: 1, max: 65_535 }),
    path: input.text('path'),
  };
  const url = input.text('url') || urlOf(parts);
  const instance = { id: idOf(input, 'id'), deploymentId: idOf(input, 'deploymentId'), url: url ?? '' };
  if (url === undefined) input.problem('url', 'is required', 'http://10.0.0.7:8080');
  else if (!URL.canParse(url) || !url.includes('://')) {
    input.problem('url', `${shown(url)} is no URL`, 'http://10.0.0.7:8080');
  } else if (new URL(url).password !== '') {
    // It would stay in the log of events for ever.
    input.problem('url', 'holds a password');
  }
  if (problems.length > 0) throw new InvalidInput(problems);
  return { ...partsOf(instance.url), ...defined(parts), ...instance };
}

function idOf(input: Input, field: string): string | undefined {
  const id = input.text(field) || undefined;
  if (id !== undefined && !IDENTIFIER.test(id)) input.problem(field, `${shown(id)} is no id`, IDENTIFIER_FORM);
  return id;
}

type Parts = Pick<InstanceInput, 'scheme' | 'host' | 'ip' | 'port' | 'path'>;

function urlOf({ scheme, host, ip, port, path }: Parts): string | undefined {
  const name = ip || host;
  if (!scheme || !name || port === undefined) return undefined;
  return `${scheme}://${name}:${port}${path ?? ''}`;
}

function partsOf(url: string): Parts {
  const { protocol, hostname, port, pathname } = new URL(url);
  return {
    scheme: protocol.slice(0, -1),
    host: hostname || undefined,
    ip: undefined,
    port: port === '' ? undefined : Number(port),
    path: pathname === '/' ? undefined : pathname || undefined,
  };
}

function defined(parts: Parts): Partial<Parts> {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined && value !== ''));
}
