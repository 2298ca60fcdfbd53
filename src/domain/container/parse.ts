import { environmentProblem } from '../deployment/parse.ts';
import { inputOf, type Input, shown } from '../input.ts';
import { InvalidInput, type Problem } from '../problem.ts';
import { type Keep, keepsOf } from './keep.ts';
import { booleanOf } from './parse-settings.ts';

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
  /** Folders of the container that outlive it. */
  readonly keeps: readonly Keep[];
  /** All cards of its node. */
  readonly gpuEnabled: boolean;
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
    keeps: keepsOf(input),
    gpuEnabled: gpuEnabledOf(input.object('capabilities')),
    node: input.text('nodeId') || undefined,
  };
  if (request.keeps.length > 0 && request.name === undefined && request.hash === undefined) {
    input.problem('keeps', 'need a name or a hash: what is kept is found again by it', 'names: ["my-container"]');
  }
  refuseAssets(input);
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

function gpuEnabledOf(capabilities: Input | undefined): boolean {
  return capabilities !== undefined && booleanOf(capabilities, 'gpuEnabled') === true;
}

/** Better refused than silently left out: a container without its files is another one. */
function refuseAssets(input: Input): void {
  if ((input.list('assets', () => 1) ?? []).length === 0) return;
  const hint =
    'have the image hold the files, or keep a folder (keeps) that the container itself downloads them to once';
  input.problem('assets', 'are not downloaded: that is the work of a File Svc, which this product has not', hint);
}
