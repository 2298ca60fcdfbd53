/** A refusal with a status of its own: who asks is not known, not allowed, asks too often or for too much. */
export class Refusal extends Error {
  readonly status: 400 | 401 | 404 | 409 | 412 | 413 | 414 | 415 | 422 | 429 | 502 | 504;
  readonly retryAfterSeconds: number | undefined;

  constructor(status: Refusal['status'], message: string, retryAfterSeconds?: number) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
