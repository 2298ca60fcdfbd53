/** Seconds with nine decimals, as the engine reads times without losing what lies below the second. */
export function toUnixTime(date: Date): string {
  const milliseconds = date.getTime();
  const seconds = Math.floor(milliseconds / 1_000);
  return `${seconds}.${String(milliseconds - seconds * 1_000).padStart(3, '0')}000000`;
}
