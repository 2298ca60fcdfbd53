import { setTimeout as pause } from 'node:timers/promises';

import type { UsageView } from '../../api/contract/usage.ts';
import { nearest } from '../../domain/nearest.ts';
import { openContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { printValue } from '../output.ts';
import type { GlobalOptions } from '../session.ts';
import { formatHeartbeat } from '../text/duration.ts';
import { renderTable } from '../text/table.ts';

interface TopOptions extends GlobalOptions {
  readonly watch?: boolean;
  readonly output: 'table' | 'wide' | 'json';
}

const KINDS = ['replica', 'deployment', 'node'] as const;
type Kind = (typeof KINDS)[number];
const EVERY_MS = 2_000;

/** Prints what is used beside what is requested. */
export async function top(asked: string, options: TopOptions): Promise<void> {
  const kind = kindOf(asked);
  const context = await openContext(options);
  const { stdout, stderr } = context.terminal;
  for (;;) {
    const { body } = await context.call('see what is used', 'usage', {});
    if (options.watch === true && stdout.isTTY) stdout.write('\u001b[H\u001b[2J');
    if (options.output === 'json') await printValue(context.terminal, 'json', body);
    else stdout.write(TABLES[kind](body, options.output === 'wide', Date.now()));
    if (body.replicas.length === 0 && stderr.isTTY)
      stderr.write('Nothing runs yet: oo deployment save ./my-deployment.yaml\n');
    if (options.watch !== true) return;
    await pause(EVERY_MS);
  }
}

function kindOf(asked: string): Kind {
  const found = KINDS.find((kind) => asked === kind || asked === `${kind}s`);
  if (found !== undefined) return found;
  const near = nearest(asked, KINDS) ?? 'replica';
  throw new Failure(`there is no top of ${asked}: it is node, deployment or replica`, {
    exitCode: EXIT.usage,
    next: [`oo top ${near}`],
  });
}

const TABLES: Readonly<Record<Kind, (usage: UsageView, wide: boolean, now: number) => string>> = {
  replica({ replicas }, wide, now) {
    const header = [
      'REPLICA',
      'NODE',
      'STATUS',
      'CPU USED',
      'CPU REQUESTED',
      'MEMORY USED',
      'MEMORY REQUESTED',
      'MEASURED',
    ];
    const rows = replicas.map(({ id, nodeId, status, used, requested, at, reason = '' }) => [
      id,
      nodeId,
      status,
      used === undefined ? '-' : cores(used.cpuMillis),
      orDash(requested.cpuMillis, cores),
      used === undefined ? '-' : mebibytes(used.memoryBytes),
      orDash(requested.memoryBytes, mebibytes),
      formatHeartbeat(at, now) || '-',
      ...(wide ? [reason] : []),
    ]);
    return renderTable(wide ? [...header, 'REASON'] : header, rows);
  },
  deployment({ replicas }) {
    const header = [
      'DEPLOYMENT',
      'REPLICAS',
      'MEASURED',
      'CPU USED',
      'CPU REQUESTED',
      'MEMORY USED',
      'MEMORY REQUESTED',
    ];
    const rows = [...Map.groupBy(replicas, ({ deploymentId }) => deploymentId)].map(([id, own]) => {
      const measured = own.flatMap(({ used }) => used ?? []);
      const sum = (amounts: readonly Amount[], key: keyof Amount): number =>
        amounts.reduce((total, amount) => total + amount[key], 0);
      const requested = own.map((each) => each.requested);
      return [
        id,
        String(own.length),
        String(measured.length),
        measured.length === 0 ? '-' : cores(sum(measured, 'cpuMillis')),
        orDash(sum(requested, 'cpuMillis'), cores),
        measured.length === 0 ? '-' : mebibytes(sum(measured, 'memoryBytes')),
        orDash(sum(requested, 'memoryBytes'), mebibytes),
      ];
    });
    return renderTable(header, rows);
  },
  node({ nodes }, _, now) {
    const header = [
      'NODE',
      'LIVENESS',
      'HEARD',
      'REPLICAS',
      'MEASURED',
      'CPU USED',
      'CPU REQUESTED',
      'CPU',
      'MEMORY USED',
      'MEMORY REQUESTED',
      'MEMORY',
    ];
    const rows = nodes.map(({ id, liveness, lastHeartbeat, replicas, measured, used, requested, capacity }) => [
      id,
      liveness,
      formatHeartbeat(lastHeartbeat, now) || '-',
      String(replicas),
      String(measured),
      measured === 0 ? '-' : cores(used.cpuMillis),
      cores(requested.cpuMillis),
      cores(capacity.cpuMillis),
      measured === 0 ? '-' : mebibytes(used.memoryBytes),
      mebibytes(requested.memoryBytes),
      mebibytes(capacity.memoryBytes),
    ]);
    return renderTable(header, rows);
  },
};

type Amount = UsageView['replicas'][number]['requested'];

/** As in deployment files: `250m`. */
function cores(millis: number): string {
  return `${millis}m`;
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)}Mi`;
}

/** Nothing was asked for. */
function orDash(amount: number, format: (amount: number) => string): string {
  return amount === 0 ? '-' : format(amount);
}
