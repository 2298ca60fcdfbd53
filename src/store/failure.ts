/** SQLSTATE of a PostgreSQL error, or the code of a socket error. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

/** Lost a deadlock or a serialization race: the same transaction may succeed when tried again. */
export function isTransient(error: unknown): boolean {
  return ['40P01', '40001'].includes(codeOf(error));
}

const SOCKET_CODES: readonly string[] = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ENOENT',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
];

/** The connection could not be made, broke, or the server is starting or shutting down, or tired of an idle client. */
export function isUnreachable(error: unknown): boolean {
  const code = codeOf(error);
  if (code.startsWith('08') || ['57P01', '57P02', '57P03', '57P05', '25P03', '53300'].includes(code)) return true;
  if (SOCKET_CODES.includes(code)) return true;
  return (
    error instanceof Error &&
    /connection terminated|timeout exceeded when trying to connect|not queryable/i.test(error.message)
  );
}
