import { booleanOf } from '../container/parse-settings.ts';
import { EVENT_SCHEMAS } from '../event.ts';
import { IDENTIFIER, IDENTIFIER_FORM } from '../identifier.ts';
import { inputOf, type Input, shown } from '../input.ts';
import { nearest } from '../nearest.ts';
import { InvalidInput, type Problem } from '../problem.ts';
import type { WebhookFilter } from './events.ts';
import { isWebhookSecret, SECRET_FORM } from './secret.ts';

/** A webhook as somebody asks for it. */
export interface WebhookSave {
  readonly id: string;
  readonly url: string;
  readonly filter: WebhookFilter;
  /** Absent: the one that it has. */
  readonly secret: string | undefined;
  /** Seconds for which the secret before it signs too; undefined when nobody said. */
  readonly overlapSeconds: number | undefined;
  readonly enabled: boolean;
}

const URL_FORM = 'url: "https://hooks.example.com/deploy-svc"';
const MOST_OVERLAP = 30 * 24 * 60 * 60;

/** Reads what a save asks for. Throws InvalidInput with every problem at once; none of them shows the secret. */
export function parseWebhook(value: unknown, id: string): WebhookSave {
  const problems: Problem[] = [];
  const input = inputOf(value, problems);
  if (!IDENTIFIER.test(id)) problems.push({ field: 'id', message: `${shown(id)} is no id`, hint: IDENTIFIER_FORM });
  const url = input.requiredText('url', URL_FORM);
  const wrongUrl = url === '' ? undefined : wrongInUrl(url);
  if (wrongUrl !== undefined) input.problem('url', ...wrongUrl);
  const secret = secretOf(input);
  const save: WebhookSave = {
    id,
    url,
    filter: filterOf(input.object('filter')),
    secret,
    overlapSeconds: input.integer('overlapSeconds', { min: 0, max: MOST_OVERLAP }),
    enabled: booleanOf(input, 'enabled') ?? true,
  };
  if (problems.length > 0) throw new InvalidInput(problems);
  return save;
}

function wrongInUrl(text: string): [message: string, hint: string] | undefined {
  if (text.length > 2_048) return [`has ${text.length} characters, and 2048 are the most`, URL_FORM];
  if (!URL.canParse(text)) return [`${shown(text)} is no URL`, URL_FORM];
  const { protocol, username, password, hash } = new URL(text);
  if (protocol !== 'http:' && protocol !== 'https:') return [`${shown(text)} is neither http nor https`, URL_FORM];
  // It is in the log for ever.
  if (username !== '' || password !== '') {
    return ['holds a user or a password', 'leave them out: the receiver knows the sender by the signature'];
  }
  return hash === '' ? undefined : ['has a fragment, which is never sent', 'leave out what begins with #'];
}

function secretOf(input: Input): string | undefined {
  const given = input.raw('secret');
  if (given === undefined) return undefined;
  if (typeof given === 'string' && isWebhookSecret(given)) return given;
  // Not by the input's own checks: they show what they refuse.
  input.problem('secret', 'is no secret of a webhook (it is not shown here)', SECRET_FORM);
  return undefined;
}

function filterOf(input: Input | undefined): WebhookFilter {
  if (input === undefined) return {};
  const type = input.text('type');
  for (const one of type?.split(',') ?? []) {
    const wrong = wrongInType(one);
    if (wrong !== undefined) input.problem('type', ...wrong);
  }
  const given = { entity: input.text('entity'), type, actor: input.text('actor') };
  const filter = { ...given, correlationId: input.text('correlationId') };
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined && value !== ''));
}

function wrongInType(glob: string): [message: string, hint: string] | undefined {
  const types = Object.keys(EVENT_SCHEMAS);
  if (/^[A-Za-z*?]+$/.test(glob)) {
    const pattern = new RegExp(`^${glob.replaceAll('*', '.*').replaceAll('?', '.')}$`);
    if (types.some((type) => pattern.test(type))) return undefined;
  }
  const guess = nearest(glob, types);
  return [
    `${shown(glob)} is no type of event`,
    guess === undefined ? 'type: "Replica*,NodeLost"' : `nearest: ${guess}`,
  ];
}
