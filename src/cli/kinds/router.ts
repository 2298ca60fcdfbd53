import type { RouterView } from '../../api/contract/fleet-schemas.ts';
import type { ListKind } from '../list/column.ts';
import { formatHeartbeat, formatSeconds } from '../text/duration.ts';

/** What carries requests to replicas. */
export const routerKind: ListKind<RouterView> = {
  columns: [
    { name: 'ROUTER ID', cell: ({ id }) => id },
    { name: 'KIND', cell: ({ kind }) => kind },
    { name: 'HOST', cell: ({ host }) => host },
    { name: 'PID', cell: ({ pid }) => String(pid), value: ({ pid }) => pid },
    { name: 'POSITION', cell: ({ position }) => String(position), value: ({ position }) => position },
    { name: 'LAG', cell: ({ lag }) => String(lag), value: ({ lag }) => lag },
    { name: 'LETTING GO', cell: ({ inFlight }) => requestsText(inFlight), value: ({ inFlight }) => sum(inFlight) },
    {
      name: 'SINCE',
      ages: true,
      cell: ({ since }, now) => formatSeconds(now - Date.parse(since)),
      value: ({ since }) => since,
    },
    {
      name: 'LAST BEAT',
      ages: true,
      cell: ({ lastBeat, alive }, now) => `${formatHeartbeat(lastBeat, now)}${alive ? '' : ' (silent)'}`,
      value: ({ lastBeat }) => lastBeat,
    },
    { name: 'ALIVE', wide: true, cell: ({ alive }) => (alive ? 'yes' : 'no') },
  ],
  id: ({ id }) => id,
  whenEmpty: 'No routers: nothing carries requests to deployments. Start one with: ROLES=gateway deploy-svc',
};

/** `2 requests at 1 replica`; empty where there is nothing. */
function requestsText(inFlight: RouterView['inFlight']): string {
  const requests = sum(inFlight);
  const replicas = Object.keys(inFlight).length;
  if (requests === 0) return '';
  return `${requests} ${requests === 1 ? 'request' : 'requests'} at ${replicas} ${replicas === 1 ? 'replica' : 'replicas'}`;
}

function sum(inFlight: RouterView['inFlight']): number {
  return Object.values(inFlight).reduce((total, count) => total + count, 0);
}
