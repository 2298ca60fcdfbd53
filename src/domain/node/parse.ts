import { IDENTIFIER, IDENTIFIER_FORM } from '../identifier.ts';
import { inputOf, shown, type Input } from '../input.ts';
import { InvalidInput, type Problem } from '../problem.ts';
import type { HardwareInput } from './hardware.ts';
import { hardwareInputOf } from './parse-hardware.ts';

const SCHEMES = ['unix:', 'tcp:', 'ssh:', 'simulated:'];
const URL_FORMS = 'unix:///var/run/docker.sock, tcp://host:2376, ssh://user@host or simulated://name';

/** A node as somebody registers it. What is absent stays as it was. */
export interface NodeInput {
  readonly url: string;
  readonly id: string | undefined;
  readonly cluster: string | undefined;
  readonly zone: string | undefined;
  readonly labels: Readonly<Record<string, string>> | undefined;
  readonly hardware: HardwareInput;
}

/** Throws InvalidInput with every problem at once. */
export function parseNode(value: unknown): NodeInput {
  const problems: Problem[] = [];
  const input = inputOf(value, problems);
  const node = {
    url: urlOf(input),
    id: nameOf(input, 'id'),
    cluster: nameOf(input, 'cluster'),
    zone: nameOf(input, 'zone'),
    labels: input.texts('labels', (key) => (key === '' ? 'a label needs a name' : undefined)),
    hardware: hardwareInputOf(input),
  };
  if (problems.length > 0) throw new InvalidInput(problems);
  return node;
}

function urlOf(input: Input): string {
  const url = input.requiredText('url', URL_FORMS);
  if (url === '') return url;
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !SCHEMES.includes(parsed.protocol)) {
    input.problem('url', `${shown(url)} is no engine's address`, URL_FORMS);
  } else if (parsed.password !== '') {
    // It would stay in the log of events for ever.
    input.problem('url', 'holds a password', 'use a key: ssh://user@host');
  }
  return url;
}

function nameOf(input: Input, field: string): string | undefined {
  const name = input.text(field);
  if (name === undefined || name === '') return undefined;
  if (!IDENTIFIER.test(name)) input.problem(field, `${shown(name)} is no name`, IDENTIFIER_FORM);
  return name;
}
