import { type OperationName, OPERATIONS } from '../../src/api/contract/operations.ts';
import { CHANGES, WITHOUT_PAST } from '../../src/api/contract/without-past.ts';
import { COMMANDS_WITHOUT_AT } from '../../src/cli/commands/without-at.ts';
import { DEPLOYMENT_STATUSES } from '../../src/domain/deployment/events.ts';
import { DEPLOYMENT_TRANSITIONS } from '../../src/domain/deployment/status.ts';
import { NODE_LIVENESS_TRANSITIONS, NODE_SCHEDULING_TRANSITIONS } from '../../src/domain/node/status.ts';
import { REPLICA_TRANSITIONS } from '../../src/domain/replica/status.ts';
import { QUEUE_POLICIES } from '../../src/jobs/catalogue.ts';
import { commandReference, commandTable, environmentTable, exitCodeTable, groupTable } from './commands.ts';
import { table } from './table.ts';

/** A part of a document that is made from the code, by the name in its markers. */
export const SECTIONS: Readonly<Record<string, () => Promise<string>>> = {
  'deployment states': async () => deploymentStates(),
  'replica states': async () => eventStates(REPLICA_TRANSITIONS),
  'node scheduling': async () => eventStates(NODE_SCHEDULING_TRANSITIONS, 'open'),
  'node liveness': async () => eventStates(NODE_LIVENESS_TRANSITIONS, 'ready'),
  queues: async () => queues(),
  'without past': async () => withoutPast(),
  'command groups': groupTable,
  'command line': commandTable,
  'command reference': commandReference,
  'exit codes': exitCodeTable,
  'environment variables': environmentTable,
};

/** Which documents have such parts. */
export const DOCUMENTS = ['README.md', 'ARCHITECTURE.md', 'docs/cli.md', 'docs/time-travel.md'] as const;

function deploymentStates(): string {
  const arrows = DEPLOYMENT_STATUSES.flatMap((from) =>
    DEPLOYMENT_TRANSITIONS[from].map((to) => `    ${from} --> ${to}`),
  );
  return mermaid(['stateDiagram-v2', '    [*] --> Pending', ...arrows]);
}

type EventTransitions = Readonly<Record<string, { readonly from: readonly string[]; readonly to: string }>>;

/** `''` in a table is before the first event; where a table has none, `initial` is where it begins. */
function eventStates(transitions: EventTransitions, initial?: string): string {
  const arrows = Object.entries(transitions).flatMap(([type, { from, to }]) =>
    from.map((status) => `    ${status === '' ? '[*]' : status} --> ${to}: ${type}`),
  );
  const start = initial === undefined ? [] : [`    [*] --> ${initial}`];
  return mermaid(['stateDiagram-v2', ...start, ...arrows]);
}

/** Reads that have no past, by why. */
function withoutPast(): string {
  const routes = Object.entries<string>(WITHOUT_PAST)
    .filter(([, why]) => why !== CHANGES)
    .map(([name, why]) => [`\`${OPERATIONS[name as OperationName]}\``, why] as const);
  const commands = Object.entries(COMMANDS_WITHOUT_AT).map(([name, why]) => [`\`oo ${name}\``, why] as const);
  const byReason = Map.groupBy([...routes, ...commands], ([, why]) => why);
  const rows = [...byReason].map(([why, reads]) => [reads.map(([name]) => name).join(', '), why]);
  return table(['read', 'why it has no past'], rows);
}

function queues(): string {
  const rows = Object.entries(QUEUE_POLICIES).map(([name, policy]) => [
    name,
    policy.policy,
    String(policy.concurrency),
    String(policy.retryLimit),
    `${policy.expireInSeconds} s`,
  ]);
  return table(['queue', 'policy', 'side by side in one worker', 'tries again', 'one attempt takes at most'], rows);
}

function mermaid(lines: readonly string[]): string {
  return ['```mermaid', ...lines, '```'].join('\n');
}
