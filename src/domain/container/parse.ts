import { environmentProblem } from '../deployment/parse.ts';
import { inputOf, type Input, shown } from '../input.ts';
import { InvalidInput, type Problem } from '../problem.ts';

const PORT = { min: 1, max: 65_535 };
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{1,127}$/;
/** The product's own labels: whoever could set them could pass a container off as a replica. */
const OWN_LABELS = 'deploy-svc.';

/** A container that somebody wants to run, outside of any deployment. */
export interface ContainerRequest {
  readonly image: string;
  /** Absent: one is made up. */
  readonly name: string | undefined;
  readonly hash: string | undefined;
  readonly ports: readonly { readonly internal: number; readonly host?: number | undefined }[];
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** Id or URL; absent: the node of this machine. */
  readonly node: string | undefined;
}

/** Throws InvalidInput with every problem at once. */
export function parseContainer(value: unknown): ContainerRequest {
  const problems: Problem[] = [];
  const input = inputOf(value, problems);
  const request = {
    image: imageOf(input),
    name: nameOf(input),
    hash: input.text('hash') || undefined,
    ports: portsOf(input),
    env: pairsOf(input, 'envs', environmentProblem),
    labels: pairsOf(input, 'labels', labelProblem),
    node: input.text('nodeId') || undefined,
  };
  refuseUnsupported(input);
  if (problems.length > 0) throw new InvalidInput(problems);
  return request;
}

function imageOf(input: Input): string {
  const image = input.requiredText('image', 'image: "nginx:1.29"');
  if (/\s/.test(image)) input.problem('image', `${shown(image)} is no image reference`, 'no spaces: "nginx:1.29"');
  return image;
}

/** Only the first name counts; engines give a container one. */
function nameOf(input: Input): string | undefined {
  const names = input.raw('names') ?? [];
  const [name] = Array.isArray(names) ? (names as readonly unknown[]) : [names];
  if (name === undefined) return undefined;
  if (typeof name === 'string' && NAME.test(name)) return name;
  input.problem('names', `${shown(name)} is no name`, 'letters, digits, "_", "." and "-", from 2 to 128');
  return undefined;
}

function portsOf(input: Input): ContainerRequest['ports'] {
  const seen = new Set<number>();
  const ports = input.list('ports', (entry) => {
    if (!entry.has('internal')) entry.problem('internal', 'is required', 'the port that the container listens on');
    const internal = entry.integer('internal', PORT) ?? PORT.min;
    // Clients write 0 for a port that they leave to the engine.
    const host = entry.raw('host') === 0 ? undefined : entry.integer('host', PORT);
    if (host !== undefined && seen.has(host)) entry.problem('host', `${host} is mapped twice`);
    if (host !== undefined) seen.add(host);
    return { internal, ...(host === undefined ? {} : { host }) };
  });
  return ports ?? [];
}

function pairsOf(
  input: Input,
  field: string,
  check: (key: string) => string | undefined,
): Readonly<Record<string, string>> {
  const pairs = input.list(field, (entry): [string, string] => {
    const key = entry.requiredText('key');
    const bad = key === '' ? undefined : check(key);
    if (bad !== undefined) entry.problem('key', bad);
    return [key, entry.text('value') ?? ''];
  });
  return Object.fromEntries(pairs ?? []);
}

function labelProblem(key: string): string | undefined {
  return key.startsWith(OWN_LABELS) ? `begins with ${OWN_LABELS}, which is kept for the product` : undefined;
}

/** Better refused than silently left out: a container without its data is another one. */
function refuseUnsupported(input: Input): void {
  for (const field of ['assets', 'keeps'] as const) {
    if ((input.list(field, () => 1) ?? []).length > 0) input.problem(field, 'is not supported here', 'leave it out');
  }
  if (input.object('capabilities')?.raw('gpuEnabled') === true) {
    input.problem('capabilities.gpuEnabled', 'is not supported here', 'a deployment with resources.vram gets GPUs');
  }
}
