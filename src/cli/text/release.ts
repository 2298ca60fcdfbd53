import type { DeploymentView } from '../../api/contract/deploy-schemas.ts';
import { formatSeconds } from './duration.ts';
import { printable, renderTable } from './table.ts';

type Release = NonNullable<DeploymentView['release']>;
type Versions = NonNullable<DeploymentView['versions']>;

/** `Canary of revision 2: 25 % of the requests, step 2 of 3, 40s to go`. `now`: milliseconds since the epoch. */
export function describeRelease(release: Release, now: number): string {
  const { strategy, to, from, weight, step, steps, verdict } = release;
  const parts = [
    `${weight} % of the requests`,
    ...(step === undefined ? [] : [step > (steps ?? 0) ? 'after its steps' : `step ${step} of ${steps}`]),
    waitText(release, now),
    ...(verdict === undefined ? [] : [`${verdict.verdict}: ${printable(verdict.reason)}`]),
  ];
  return `${strategy} of revision ${to} beside revision ${from}: ${parts.join(', ')}`;
}

function waitText({ waitsFor, until, from }: Release, now: number): string {
  const left = until === undefined ? 0 : Date.parse(until) - now;
  switch (waitsFor) {
    case 'replicas':
      return 'waits for replicas';
    case 'promotion':
      return 'waits for: oo deployment promote';
    case 'time and verdict':
      return left > 0 ? `${formatSeconds(left + 999)} to go` : 'waits for its verdict';
    case 'time':
      return `revision ${from} is kept for ${formatSeconds(Math.max(0, left) + 999)}`;
    case 'stops':
      return `revision ${from} is stopped`;
    case 'resume':
      return 'waits for: oo deployment resume';
    default:
      return waitsFor satisfies never;
  }
}

/** A row for each revision that runs or gets requests: weight, requests a second, errors. */
export function versionTable(versions: Versions): string {
  const rows = versions.map(({ revision, weight, ready, requestsPerSecond, errorPercent }) => [
    String(revision),
    weight === undefined ? '' : `${weight} %`,
    String(ready),
    requestsPerSecond === undefined ? '' : String(requestsPerSecond),
    errorPercent === undefined ? '' : `${errorPercent} %`,
  ]);
  return renderTable(['REVISION', 'WEIGHT', 'READY', 'REQUESTS/S', 'ERRORS'], rows);
}
