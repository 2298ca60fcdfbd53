import { containerSettingsOf } from '../container/parse-settings.ts';
import { environmentProblem } from '../deployment/parse.ts';
import { IDENTIFIER, IDENTIFIER_FORM } from '../identifier.ts';
import { inputOf, shown, type Input } from '../input.ts';
import { suggestion } from '../nearest.ts';
import { probesOf } from '../probe/parse.ts';
import { InvalidInput, type Problem } from '../problem.ts';
import { partingOf } from '../replica/parting.ts';
import { SECRET_NAME } from '../secret/name.ts';
import { referenceProblem } from '../reference.ts';
import { CLIENT_LANGUAGES, type DefinitionSpec } from './events.ts';

const PORT = { min: 1, max: 65_535 };

/**
 * What somebody wrote as a definition, checked in full. `internalPorts` that are left out come from `ports`;
 * `repository.ports` is an older name of them. Throws InvalidInput with every problem at once.
 */
export function parseDefinition(value: unknown): DefinitionSpec {
  const problems: Problem[] = [];
  const input = inputOf(value, problems);
  const ports = portsOf(input);
  const mapped = [...new Set(ports?.map(({ internal }) => internal))];
  const spec: DefinitionSpec = {
    id: idOf(input),
    image: imageOf(input.object('image'), mapped),
    repository: repositoryOf(input.object('repository'), mapped),
    ports,
    envars: envarsOf(input),
    ...containerSettingsOf(input),
    apiSpecs: input.list('apiSpecs', (api) => ({
      url: api.text('url'),
      protocolType: api.text('protocolType'),
      version: api.text('version'),
      metadata: api.texts('metadata'),
    })),
    clients: input.list('clients', (client) => ({ language: languageOf(client), url: client.requiredText('url') })),
    probes: probesOf(input.object('probes')),
    strategy: strategyOf(input.object('strategy')),
  };
  if (input.has('image') === input.has('repository')) {
    const given = input.has('image') ? 'has both an image and a repository' : 'has neither image nor repository';
    input.problem('image', `the definition ${given}`, 'exactly one of them says what to run');
  }
  if (problems.length > 0) throw new InvalidInput(problems);
  return JSON.parse(JSON.stringify(spec)) as DefinitionSpec;
}

function strategyOf(input: Input | undefined): DefinitionSpec['strategy'] {
  return input && partingOf(input);
}

function idOf(input: Input): string {
  const id = input.requiredText('id', 'deployments refer to it as definitionId');
  if (id !== '' && !IDENTIFIER.test(id)) input.problem('id', `${shown(id)} is no id`, IDENTIFIER_FORM);
  return id;
}

function imageOf(input: Input | undefined, mapped: number[]): DefinitionSpec['image'] {
  if (input === undefined) return undefined;
  const name = input.requiredText('name', 'name: "nginx:1.29"');
  if (/\s/.test(name)) input.problem('name', `${shown(name)} is no image reference`, 'no spaces: "nginx:1.29"');
  return { name, internalPorts: internalPortsOf(input, ['internalPorts'], mapped) };
}

function repositoryOf(input: Input | undefined, mapped: number[]): DefinitionSpec['repository'] {
  if (input === undefined) return undefined;
  return {
    url: argumentOf(input, 'url', input.requiredText('url', 'url: "https://github.com/user/repo.git"')) ?? '',
    version: argumentOf(input, 'version', input.text('version')),
    buildContext: insideOf(input, 'buildContext'),
    containerFile: insideOf(input, 'containerFile'),
    internalPorts: internalPortsOf(input, ['internalPorts', 'ports'], mapped),
    credentials: credentialsOf(input),
  };
}

/** The name of a secret, never a value: `{{secret:name}}`. */
function credentialsOf(input: Input): string | undefined {
  const text = input.text('credentials');
  if (text === undefined) return undefined;
  const name = /^\{\{\s*secret:\s*([^\s{}]+)\s*\}\}$/.exec(text)?.[1];
  if (name === undefined || !SECRET_NAME.test(name)) {
    // What stands there may be a token: it is not shown.
    input.problem('credentials', 'does not refer to a secret', 'credentials: "{{secret:my-token}}"');
    return undefined;
  }
  return name;
}

/** It is handed to git, which would take a leading dash for an option. */
function argumentOf(input: Input, field: string, text: string | undefined): string | undefined {
  if (text !== undefined && (text.startsWith('-') || /\s/.test(text))) {
    input.problem(field, `${shown(text)} starts with a dash or holds a space`);
  }
  return text;
}

/** A path that must not lead out of the repository. */
function insideOf(input: Input, field: string): string | undefined {
  const path = input.text(field);
  if (path !== undefined && (path.startsWith('/') || path.split(/[/\\]/).includes('..'))) {
    input.problem(field, `${shown(path)} leads out of the repository`, 'a path relative to its root');
  }
  return path;
}

/** The first of the fields that says any, else what is mapped to host ports. There must be one: clients show it. */
function internalPortsOf(input: Input, fields: readonly string[], mapped: number[]): number[] {
  const given = fields
    .map((field) => input.integers(field, PORT))
    .find((ports) => ports !== undefined && ports.length > 0);
  const ports = given ?? mapped;
  const twice = ports.find((port, index) => ports.indexOf(port) !== index);
  if (twice !== undefined) input.problem('internalPorts', `lists ${twice} twice`);
  const tried = fields.some((field) => input.has(field) && !isEmptyList(input.raw(field)));
  if (ports.length === 0 && !tried) {
    input.problem('internalPorts', 'says no port, and ports says none either', 'internalPorts: [8080]');
  }
  return ports;
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function portsOf(input: Input): { internal: number; host: number }[] | undefined {
  const seen = new Set<number>();
  return input.list('ports', (entry) => {
    if (!entry.has('internal')) entry.problem('internal', 'is required', 'the port that the container listens on');
    if (!entry.has('host'))
      entry.problem('host', 'is required', 'leave the entry out, and the engine assigns a free one');
    const internal = entry.integer('internal', PORT) ?? PORT.min;
    const host = entry.integer('host', PORT);
    if (host !== undefined && seen.has(host)) entry.problem('host', `${host} is mapped twice`);
    if (host !== undefined) seen.add(host);
    return { internal, host: host ?? PORT.min };
  });
}

function envarsOf(input: Input): DefinitionSpec['envars'] {
  const seen = new Set<string>();
  return input.list('envars', (entry) => {
    const key = entry.text('key') ?? '';
    const bad = environmentProblem(key) ?? (seen.has(key) ? `${key} is there twice` : undefined);
    if (bad !== undefined) entry.problem('key', bad);
    seen.add(key);
    const value = entry.text('value') ?? '';
    const reference = referenceProblem('value', value);
    if (reference !== undefined) entry.problem('value', reference.message, reference.hint);
    return { key, value };
  });
}

function languageOf(input: Input): (typeof CLIENT_LANGUAGES)[number] {
  const given = input.requiredText('language');
  const language = CLIENT_LANGUAGES.find((name) => name === given);
  if (language === undefined && given !== '') {
    input.problem('language', `${shown(given)} is no known language`, suggestion(given, CLIENT_LANGUAGES));
  }
  return language ?? 'JavaScript';
}
