import { containerSettingsOf } from '../container/parse-settings.ts';
import { IDENTIFIER, IDENTIFIER_FORM } from '../identifier.ts';
import { inputOf, shown, type Input } from '../input.ts';
import { probesOf } from '../probe/parse.ts';
import { InvalidInput, type Problem } from '../problem.ts';
import { referenceProblem } from '../reference.ts';
import type { DeploymentSpec } from './events.ts';
import { autoScalingOf, unmeasurable } from './parse-autoscaling.ts';
import { REPLICA_COUNT } from './parse-count.ts';
import { regionOf } from './parse-region.ts';
import { resourcesOf } from './parse-resources.ts';
import { restartOf } from './parse-restart.ts';
import { strategyOf } from './parse-strategy.ts';

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
    replicas: input.integer('replicas', REPLICA_COUNT) ?? 1,
    strategy: strategyOf(input.object('strategy')),
    resources: resourcesOf(input.object('resources')),
    autoScaling: autoScalingOf(input.object('autoScaling')),
    targetRegions: input.list('targetRegions', regionOf),
    envars: envarsOf(input),
    ...containerSettingsOf(input),
    probes: probesOf(input.object('probes')),
    restart: restartOf(input.object('restart')),
    requiredLabels: input.texts('requiredLabels', (key) => (key === '' ? 'a label needs a name' : undefined)),
  };
  const blind = problems.length === 0 ? unmeasurable(spec) : undefined;
  if (blind !== undefined) problems.push(blind);
  if (problems.length > 0) throw new InvalidInput(problems);
  return withoutUndefined(spec);
}

function envarsOf(input: Input): DeploymentSpec['envars'] {
  const envars = input.texts('envars', environmentProblem);
  for (const [name, value] of Object.entries(envars ?? {})) {
    const bad = referenceProblem(`envars.${name}`, value);
    if (bad !== undefined) input.problem(bad.field, bad.message, bad.hint);
  }
  return envars;
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

/** Absent fields are left out, so that what is stored reads as it was written. */
function withoutUndefined(spec: DeploymentSpec): DeploymentSpec {
  return JSON.parse(JSON.stringify(spec)) as DeploymentSpec;
}
