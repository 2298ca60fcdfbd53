import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

import { within } from '../ambient.ts';
import { RETRY_AFTER_SECONDS } from '../routing/retry-after.ts';
import { answer, answerSocket, type OwnAnswer } from './answers.ts';
import { carryUpgrade } from './carry-upgrade.ts';
import { forwardings, targetOf } from './forwarding.ts';
import { handle, type Handled } from './handle.ts';
import type { GatewayOptions } from './server.ts';
import { tell } from './told.ts';

/** What every request comes through: it is counted, named, carried and told of. */
export interface Door {
  /** `expects`: the caller waits to be told to send the body. */
  request(request: IncomingMessage, response: ServerResponse, expects: boolean): void;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Ends every upgraded connection. */
  cut(): void;
}

/** `closing`: no more are wanted. */
export function openDoor(options: GatewayOptions, closing: AbortSignal): Door {
  const { router, settings } = options;
  const forwardingOf = forwardings(settings.trustProxy);
  const upgraded = new Set<Duplex>();
  const tracked = tracker(options);
  return {
    request(request, response, expects) {
      const forwarding = forwardingOf(request);
      const { requestId } = forwarding;
      // Whoever is answered now had better come back on another connection, to another gateway.
      if (closing.aborted) response.setHeader('connection', 'close');
      tracked(request, requestId, async (refusal) => {
        if (refusal !== undefined) {
          answer(request, response, refusal, requestId);
          return { status: refusal.status, retries: 0, error: refusal.message };
        }
        const destination = router.destinations.find(request.headers.host ?? '', targetOf(request));
        if (expects) response.writeContinue();
        return handle(router, { request, response, destination, forwarding });
      });
    },
    upgrade(request, socket, head) {
      const forwarding = forwardingOf(request);
      upgraded.add(socket);
      socket.once('close', () => upgraded.delete(socket));
      // It may break before anybody reads from it.
      socket.on('error', () => socket.destroy());
      tracked(request, forwarding.requestId, async (refusal) => {
        if (refusal === undefined) return carryUpgrade(options, { request, socket, head, forwarding });
        answerSocket(request, socket, refusal, forwarding.requestId);
        return { status: refusal.status, retries: 0, error: refusal.message };
      });
    },
    cut: () => upgraded.forEach((socket) => void socket.destroy()),
  };
}

/** Work on one request; what it is to be refused with where there are too many. */
type Work = (refusal: OwnAnswer | undefined) => Promise<Handled>;

function tracker(options: GatewayOptions): (request: IncomingMessage, requestId: string, work: Work) => void {
  const { settings, log, metrics } = options;
  const tellers = { log, metrics, accessLog: settings.accessLog };
  let under = 0;
  return (request, requestId, work) => {
    const from = performance.now();
    const refusal = under < settings.maxInFlight ? undefined : full(under);
    under += 1;
    metrics.add('gateway_requests_in_flight', {}, 1);
    within({ fields: { correlationId: requestId } }, () => work(refusal))
      .then((handled) => tell(tellers, request, requestId, performance.now() - from, handled))
      .catch((error: unknown) => log.error('a request could not be carried', { error: String(error) }))
      .finally(() => {
        under -= 1;
        metrics.add('gateway_requests_in_flight', {}, -1);
      });
  };
}

function full(under: number): OwnAnswer {
  return {
    status: 503,
    message: `the gateway has ${under} requests under way, the most that GATEWAY_MAX_IN_FLIGHT allows`,
    retryAfter: RETRY_AFTER_SECONDS,
  };
}
