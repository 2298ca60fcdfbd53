import { IDENTIFIER, IDENTIFIER_FORM } from '../identifier.ts';
import { inputOf, shown, type Input } from '../input.ts';
import { suggestion } from '../nearest.ts';
import { InvalidInput, type Problem } from '../problem.ts';
import { BYTES_FORMS, CPU_FORMS, parseBytes, parseCpu } from '../quantity.ts';
import type { DeploymentSpec } from './events.ts';

/** Replicas of one deployment at most. */
export const MAX_REPLICAS = 10_000;
const STRATEGIES = ['RollingUpdate', 'Recreate'] as const;
const COUNT = { min: 0, max: MAX_REPLICAS };

/**
 * What somebody asked for as a deployment, checked in full. `replicas` absent means 1, 0 means none; an absent or empty
 * id becomes `freshId`. Throws InvalidInput with every problem at once.
 */
export function parseDeployment(value: unknown, freshId: string): DeploymentSpec {
  const problems: Problem[] = [];
  const input = inputOf(value, problems);
  const spec: DeploymentSpec = {
    id: idOf(input, freshId),
    definitionId: definitionIdOf(input),
    name: input.text('name'),
    description: input.text('description'),
    replicas: input.integer('replicas', COUNT) ?? 1,
    strategy: strategyOf(input.object('strategy')),
    resources: resourcesOf(input.object('resources')),
    autoScaling: autoScalingOf(input.object('autoScaling')),
    targetRegions: input.list('targetRegions', regionOf),
    envars: input.texts('envars', environmentProblem),
  };
  if (problems.length > 0) throw new InvalidInput(problems);
  return withoutUndefined(spec);
}

/** What is wrong with the name of an environment variable, if anything. */
export function environmentProblem(name: string): string | undefined {
  if (name === '') return 'an environment variable needs a name';
  return name.includes('=') || name.includes('\0')
    ? 'the name of an environment variable has no "=" and no NUL'
    : undefined;
}

function idOf(input: Input, freshId: string): string {
  const id = input.text('id') ?? '';
  if (id === '') return freshId;
  if (!IDENTIFIER.test(id)) input.problem('id', `${shown(id)} is no id`, IDENTIFIER_FORM);
  return id;
}

function definitionIdOf(input: Input): string {
  const id = input.requiredText('definitionId', 'the id of a definition, as `oo definition list` shows it');
  if (id !== '' && !IDENTIFIER.test(id)) input.problem('definitionId', `${shown(id)} is no id`, IDENTIFIER_FORM);
  return id;
}

function strategyOf(input: Input | undefined): DeploymentSpec['strategy'] {
  if (input === undefined) return undefined;
  const given = input.text('type');
  const type = STRATEGIES.find((strategy) => strategy === given);
  if (given !== undefined && type === undefined) {
    input.problem('type', `${shown(given)} is no strategy`, suggestion(given, STRATEGIES));
  }
  const maxUnavailable = input.integer('maxUnavailable', COUNT);
  const maxSurge = input.integer('maxSurge', COUNT);
  if (type !== 'Recreate' && maxUnavailable === 0 && maxSurge === 0) {
    input.problem('maxSurge', 'is 0 and maxUnavailable is 0 too: no replica could ever be replaced', 'maxSurge: 1');
  }
  return { type, maxUnavailable, maxSurge };
}

function resourcesOf(input: Input | undefined): DeploymentSpec['resources'] {
  if (input === undefined) return undefined;
  return {
    cpu: quantityOf(input, 'cpu', parseCpu, CPU_FORMS),
    memory: quantityOf(input, 'memory', parseBytes, BYTES_FORMS),
    vram: quantityOf(input, 'vram', parseBytes, BYTES_FORMS),
  };
}

/** A number of cores may come unquoted; an unquoted size would leave open which unit was meant. */
function quantityOf(
  input: Input,
  field: string,
  parse: (text: string) => number | undefined,
  forms: string,
): string | undefined {
  const raw = input.raw(field);
  const text = field === 'cpu' && typeof raw === 'number' ? String(raw) : raw;
  if (text === undefined || (typeof text === 'string' && parse(text) !== undefined)) return text;
  input.problem(field, `${shown(raw)} is no quantity above 0`, `write it like ${forms}`);
  return undefined;
}

function autoScalingOf(input: Input | undefined): DeploymentSpec['autoScaling'] {
  if (input === undefined) return undefined;
  const bounds = { min: 1, max: MAX_REPLICAS };
  const minReplicas = input.integer('minReplicas', bounds);
  const maxReplicas = input.integer('maxReplicas', bounds);
  if (minReplicas !== undefined && maxReplicas !== undefined && minReplicas > maxReplicas) {
    input.problem('minReplicas', `is ${minReplicas}, above maxReplicas ${maxReplicas}`, `at most ${maxReplicas}`);
  }
  return { minReplicas, maxReplicas, cpuThreshold: input.integer('cpuThreshold', { min: 1, max: 100 }) };
}

function regionOf(input: Input): { cluster?: string | undefined; zone?: string | undefined } {
  const [cluster, zone] = [input.text('cluster'), input.text('zone')];
  if (!input.has('cluster') && !input.has('zone')) {
    input.problem('cluster', 'a region needs a cluster, a zone or both', 'cluster: "local-docker"');
  }
  return { cluster, zone };
}

/** Absent fields are left out, so that what is stored reads as it was written. */
function withoutUndefined(spec: DeploymentSpec): DeploymentSpec {
  return JSON.parse(JSON.stringify(spec)) as DeploymentSpec;
}
