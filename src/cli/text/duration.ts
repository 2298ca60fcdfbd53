const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** The text of the longest duration that existing clients can express; it stands for "never". */
const NEVER = '2562047h47m16s';
/** Its length in milliseconds. */
const NEVER_MS = 2_562_047 * HOUR + 47 * MINUTE + 16 * SECOND;

/** `8s`, `1m5s`, `1h0m5s`: whole seconds of a number of milliseconds; less than 0 counts as 0. */
export function formatSeconds(milliseconds: number): string {
  if (milliseconds >= NEVER_MS) return NEVER;
  const total = Math.max(0, Math.trunc(milliseconds / SECOND));
  const [hours, minutes, seconds] = [Math.trunc(total / 3600), Math.trunc(total / 60) % 60, total % 60];
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}

/** How long ago a heartbeat was: `8s ago`. Empty when there was none, the text itself when it is no RFC 3339 time. */
export function formatHeartbeat(heartbeat: string | undefined, now: number): string {
  if (heartbeat === undefined || heartbeat === '') return '';
  if (heartbeat.startsWith('0001-01-01T00:00:00')) return `${NEVER} ago`;
  const at = Date.parse(heartbeat);
  return Number.isNaN(at) ? heartbeat : `${formatSeconds(now - at)} ago`;
}

/** `4.1 s` below a minute, else `2m5s`. */
export function formatElapsed(milliseconds: number): string {
  return milliseconds < MINUTE ? `${(milliseconds / SECOND).toFixed(1)} s` : formatSeconds(milliseconds);
}

/** Milliseconds of `5m`, `90s`, `1h30m`, `1.5s` or `250ms`; undefined when the text is none of these. */
export function parseDuration(text: string): number | undefined {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) return undefined;
  const units: Readonly<Record<string, number>> = { ms: 1, s: SECOND, m: MINUTE, h: HOUR };
  return parts.reduce((sum, [, amount = '', unit = '']) => sum + Number(amount) * (units[unit] ?? 0), 0);
}

/** How long ago a time was, in its largest unit and the next: `3d4h`, `5h2m`, `7m30s`, `12s`. Empty when there is none. */
export function formatAge(since: string | undefined, now: number): string {
  if (since === undefined || since === '') return '';
  const total = Math.max(0, Math.trunc((now - Date.parse(since)) / SECOND));
  const parts: readonly [number, string][] = [
    [Math.trunc(total / 86_400), 'd'],
    [Math.trunc(total / 3600) % 24, 'h'],
    [Math.trunc(total / 60) % 60, 'm'],
    [total % 60, 's'],
  ];
  const first = parts.findIndex(([amount]) => amount > 0);
  if (first === -1) return '0s';
  return parts
    .slice(first, first + 2)
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount}${unit}`)
    .join('');
}
