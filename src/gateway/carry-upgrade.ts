import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import { backendKey } from '../routing/table.ts';
import { answerSocket } from './answers.ts';
import type { Destination } from './destination.ts';
import { originOf, type EmbeddedRouter } from './embedded-router.ts';
import { targetOf } from './forwarding.ts';
import { errorText, MOST_ATTEMPTS, notReady, publicText, type Handled } from './handle.ts';
import { upstreamHeaders, type Forwarding } from './headers.ts';
import type { GatewayTimeouts } from './settings.ts';
import { forwardUpgrade } from './upgrade.ts';

export interface Upgrading {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly forwarding: Forwarding;
}

/** Carries one request for another protocol, until its connection is over. */
export async function carryUpgrade(
  { router, settings }: { readonly router: EmbeddedRouter; readonly settings: GatewayTimeouts },
  upgrading: Upgrading,
): Promise<Handled> {
  const { request, socket, forwarding } = upgrading;
  const { requestId } = forwarding;
  const destination = router.destinations.find(request.headers.host ?? '', targetOf(request));
  if (destination.type === 'nowhere') {
    answerSocket(request, socket, { status: 404, message: destination.message }, requestId);
    return { status: 404, retries: 0 };
  }
  if (destination.type === 'url') {
    const headers = upstreamHeaders(request, forwarding);
    const outcome = await forwardUpgrade({ ...upgrading, ...destination, requestId, timeouts: settings, headers });
    if (outcome.type === 'over') return { status: outcome.status, retries: 0 };
    return outcome.type === 'left' ? { status: 499, retries: 0 } : refused(upgrading, outcome.error, { retries: 0 });
  }
  return toDeployment(router, upgrading, settings, destination);
}

async function toDeployment(
  router: EmbeddedRouter,
  upgrading: Upgrading,
  timeouts: GatewayTimeouts,
  { deployment, path, prefix }: Extract<Destination, { type: 'deployment' }>,
): Promise<Handled> {
  const { request, socket, forwarding } = upgrading;
  const { requestId } = forwarding;
  const deploymentId = deployment.id;
  const headers = upstreamHeaders(request, { ...forwarding, prefix });
  const tried = new Set<string>();
  let error: Error | undefined;
  while (tried.size < MOST_ATTEMPTS) {
    const present = router.destinations.deployment(deploymentId);
    const backend = present && router.choose(present, tried);
    if (backend === undefined) break;
    const told = { deploymentId, revision: backend.revision, replicaId: backend.replicaId, retries: tried.size };
    const attempt = router.traffic.begin(deploymentId, backend);
    const outcome = await forwardUpgrade({
      ...upgrading,
      requestId,
      timeouts,
      origin: originOf(backend),
      path,
      headers,
    });
    attempt.end({
      failed: outcome.type === 'failed' || (outcome.type === 'over' && outcome.status >= 500),
      counts: outcome.type !== 'left',
    });
    if (outcome.type === 'over') return { status: outcome.status, ...told };
    if (outcome.type === 'left') return { status: 499, ...told };
    error = outcome.error;
    tried.add(backendKey(backend));
    if (outcome.connected) return refused(upgrading, error, told);
  }
  if (error !== undefined) return refused(upgrading, error, { deploymentId, retries: tried.size });
  answerSocket(request, socket, notReady(deployment), requestId);
  return { status: 503, deploymentId, retries: 0 };
}

function refused(
  { request, socket, forwarding }: Upgrading,
  error: Error,
  told: Omit<Handled, 'status' | 'error'>,
): Handled {
  const text = errorText(error);
  answerSocket(request, socket, { status: 502, message: `Bad Gateway: ${publicText(error)}` }, forwarding.requestId);
  return { status: 502, ...told, error: text };
}
