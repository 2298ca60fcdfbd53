import { hostPathProblems } from '../../domain/container/host-path.ts';
import type { NodeState } from '../../domain/node/evolve.ts';
import { referencesOf, resolveReferences } from '../../domain/reference.ts';
import type { ReplicaFailure } from '../../domain/replica/events.ts';
import type { Template } from '../../domain/template.ts';
import type { WorkerDeps } from '../deps.ts';
import { nodeHost } from '../../domain/node/host.ts';

/** The environment of a container with every reference replaced, or what it cannot be given. */
export type Environment = { readonly env: Readonly<Record<string, string>> } | { readonly failure: ReplicaFailure };

/**
 * Puts together what a container is given. The values exist from here to the engine and nowhere else: they must not get
 * into an event, a job, a log line or a message. A value is the one that the revision was made with.
 */
export async function environmentOf(
  { vault, surroundings }: Pick<WorkerDeps, 'vault' | 'surroundings'>,
  template: Template,
  node: Pick<NodeState, 'url'>,
): Promise<Environment> {
  const { secrets, variables } = referencesOf(Object.values(template.env));
  const fingerprints = new Map(Object.entries(template.secrets ?? {}));
  const values = await vault.values([...fingerprints.values()]);
  const secretOf = (name: string): string | undefined => values.get(fingerprints.get(name) ?? '');
  const problems = [
    ...hostPathProblems(template.volumes, surroundings.allowHostPaths).map(({ message }) => message),
    ...secrets.filter((name) => secretOf(name) === undefined).map(goneSecret),
    ...variables.flatMap((name) => variableProblem(surroundings.variables, name)),
  ];
  if (problems.length > 0) {
    // The same at every worker, as long as their settings are the same: another try would end here again.
    return { failure: { kind: 'config', message: problems.join('; '), terminal: true } };
  }
  const valueOf = ({ kind, name }: { kind: 'secret' | 'env'; name: string }): string =>
    (kind === 'secret' ? secretOf(name) : surroundings.variables.get(name)) ?? '';
  const resolved = Object.entries(template.env).map(([name, value]): [string, string] => [
    name,
    resolveReferences(value, valueOf),
  ]);
  return { env: { ...injected(template, node, surroundings.serverUrl), ...Object.fromEntries(resolved) } };
}

function goneSecret(name: string): string {
  return `secret ${name} has no value that this revision was made with any more: oo secret save ${name} VALUE`;
}

function variableProblem(variables: ReadonlyMap<string, string | undefined>, name: string): readonly string[] {
  const next = 'and save the deployment again';
  if (!variables.has(name))
    return [`{{env:${name}}} is not allowed: list ${name} in ENV_ALLOW of every worker, ${next}`];
  if (variables.get(name) !== undefined) return [];
  return [`{{env:${name}}} is not set in the environment of the worker: set ${name} for every worker, ${next}`];
}

/**
 * What services built for the platform look for: the API, and their own address, which is known before the start only
 * where the port on the host is. Nothing is better than an address that does not answer.
 */
function injected(
  { ports }: Template,
  { url }: Pick<NodeState, 'url'>,
  serverUrl: string | undefined,
): Readonly<Record<string, string>> {
  const port = ports[0]?.host;
  return {
    ...(serverUrl === undefined ? {} : { OB_SERVER_URL: serverUrl }),
    ...(port === undefined ? {} : { OB_SELF_URL: `http://${nodeHost(url)}:${port}` }),
  };
}
