/** The value below which this share (0 to 1) of the values lies; of an empty list NaN. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = Math.min(sorted.length - 1, Math.floor(share * sorted.length));
  return sorted[place] ?? Number.NaN;
}

/** The middle value; of an even number the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted.length / 2;
  if (Number.isInteger(upper)) return ((sorted[upper - 1] ?? Number.NaN) + (sorted[upper] ?? Number.NaN)) / 2;
  return sorted[Math.floor(upper)] ?? Number.NaN;
}

/** `p50 3.1 ms, p99 9.8 ms, max 14.0 ms` */
export function latencies(milliseconds: readonly number[]): string {
  const say = (value: number): string => `${value.toFixed(1)} ms`;
  const max = milliseconds.reduce((most, each) => Math.max(most, each), 0);
  return `p50 ${say(percentile(milliseconds, 0.5))}, p99 ${say(percentile(milliseconds, 0.99))}, max ${say(max)}`;
}

/** When the last event of a type happened, in milliseconds of wall time; NaN when none did. */
export function latestAt(events: readonly { readonly type: string; readonly at: string }[], type: string): number {
  const last = events.findLast((event) => event.type === type);
  return last === undefined ? Number.NaN : Date.parse(last.at);
}
