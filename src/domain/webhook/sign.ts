import { createHmac } from 'node:crypto';

import { keyOf } from './secret.ts';

/** What is signed: the id of the message, when it is sent in whole seconds since the epoch, and the body as it is sent. */
export interface Signed {
  readonly id: string;
  readonly seconds: number;
  readonly body: string;
}

export interface SignatureHeaders {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

/** The headers of Standard Webhooks 1.0. Each secret signs for itself: a receiver takes the message when one fits. */
export function signatureHeaders({ id, seconds, body }: Signed, secrets: readonly string[]): SignatureHeaders {
  const signatures = secrets.map((secret) => {
    const digest = createHmac('sha256', keyOf(secret)).update(`${id}.${seconds}.${body}`).digest('base64');
    return `v1,${digest}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': signatures.join(' ') };
}
