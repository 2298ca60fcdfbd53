/** What a cursor looks at in a line. `time`: RFC 3339 with nine decimals, so that times compare as texts. */
export interface Placed {
  readonly stream: 'stdout' | 'stderr';
  readonly time?: string | undefined;
}

/**
 * How far the output of one container has been read. Within one stream times never go back, while the two streams of a container
 * may be stored in another order than their times by a moment: each has a place of its own.
 */
export interface LogCursor {
  /** Where the next reading has to begin, inclusive; undefined: at the beginning. */
  readonly from: string | undefined;
  /** Begins a reading from `from` (or earlier). Lines pass that no earlier reading has let pass; to be asked in their order. */
  begin(): (line: Placed) => boolean;
}

/** How much earlier a reading begins than the last line that is known: for lines of the other stream. */
const OVERLAP_MS = 10_000;

interface Last {
  readonly time: string;
  /** Lines that have passed with just that time. */
  readonly count: number;
}

/** How much the streams of one container may be stored out of order. */
const DISORDER_MS = 1_000;

/** `floor`: nothing before this time is wanted. `tailed`: nor anything before what the first reading begins with. */
export function createCursor({
  floor,
  tailed = false,
}: { floor?: string | undefined; tailed?: boolean } = {}): LogCursor {
  const last = new Map<Placed['stream'], Last>();
  let first = floor;
  return {
    get from() {
      const latest = [...last.values()]
        .map(({ time }) => time)
        .toSorted()
        .at(-1);
      if (latest === undefined) return first;
      const overlapping = earlier(latest, OVERLAP_MS);
      return first === undefined || overlapping > first ? overlapping : first;
    },
    begin() {
      const known = new Map(last);
      const repeated = new Map<Placed['stream'], number>();
      const least = first;
      return ({ stream, time }) => {
        // Without a time nothing can be said of it, and showing it twice is better than not at all.
        if (time === undefined) return true;
        const before = known.get(stream);
        if (before === undefined ? least !== undefined && time < least : time < before.time) return false;
        if (time === before?.time) {
          const times = (repeated.get(stream) ?? 0) + 1;
          repeated.set(stream, times);
          if (times <= before.count) return false;
        }
        if (tailed) first ??= earlier(time, DISORDER_MS);
        const now = last.get(stream);
        last.set(stream, { time, count: now?.time === time ? now.count + 1 : 1 });
        return true;
      };
    },
  };
}

/** The time so many milliseconds earlier, in the same form. */
function earlier(time: string, milliseconds: number): string {
  return nanosecondForm(new Date(Date.parse(time) - milliseconds));
}

/** RFC 3339 with nine decimals. */
export function nanosecondForm(at: Date): string {
  return at.toISOString().replace('Z', '000000Z');
}
