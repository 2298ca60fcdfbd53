/** Seconds with nine decimals, as the engine reads times without losing what lies below the second. A text is RFC 3339. */
export function toUnixTime(time: Date | string): string {
  const milliseconds = new Date(time).getTime();
  const seconds = Math.floor(milliseconds / 1_000);
  const decimals = typeof time === 'string' ? /\.(\d{1,9})/.exec(time)?.[1]?.padEnd(9, '0') : undefined;
  return `${seconds}.${decimals ?? `${String(milliseconds - seconds * 1_000).padStart(3, '0')}000000`}`;
}
