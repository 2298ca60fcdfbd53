/** A symmetric secret as Standard Webhooks 1.0 writes it. */
const SECRET = /^whsec_([A-Za-z0-9+/]+={0,2})$/;
const [LEAST_BYTES, MOST_BYTES] = [24, 64];

export const SECRET_FORM = `whsec_ and ${LEAST_BYTES} to ${MOST_BYTES} random bytes in base64: echo "whsec_$(openssl rand -base64 32)"`;

export function isWebhookSecret(text: string): boolean {
  const [, base64] = SECRET.exec(text) ?? [];
  if (base64 === undefined || base64.length % 4 !== 0) return false;
  const { length } = Buffer.from(base64, 'base64');
  return length >= LEAST_BYTES && length <= MOST_BYTES;
}

/** A secret from random bytes. */
export function webhookSecretOf(bytes: Uint8Array): string {
  return `whsec_${Buffer.from(bytes).toString('base64')}`;
}

/** The key that a secret stands for. */
export function keyOf(secret: string): Buffer {
  return Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
}

/** The row of the vault that holds the secrets of a webhook; no secret of an app can have this name. */
export function webhookSecretKey(webhookId: string): string {
  return `/webhook/${webhookId}`;
}
