/**
 * Quantities as the specification writes them, exact integers inside.
 * CPU is counted in thousandths of a core (`500m`, `1`, `2.5`); sizes in bytes
 * (`128Mi`, `512M`, `24GB`, `4Gi`, `1024`): `k M G T` and `KB MB GB TB` are powers of 1000,
 * `Ki Mi Gi Ti` and `KiB MiB GiB TiB` powers of 1024.
 */

/** The forms that `parseCpu` accepts, for messages. */
export const CPU_FORMS = '"500m", "1" or "2.5"';
/** The forms that `parseBytes` accepts, for messages. */
export const BYTES_FORMS = '"128Mi", "4Gi", "512M" or "24GB"';

const UNITS: ReadonlyMap<string, bigint> = new Map([
  ['', 1n],
  ...(['k', 'M', 'G', 'T'] as const).flatMap((letter, index): [string, bigint][] => {
    const decimal = 1000n ** BigInt(index + 1);
    const binary = 1024n ** BigInt(index + 1);
    const upper = letter.toUpperCase();
    return [
      [letter, decimal],
      [upper, decimal],
      [`${upper}B`, decimal],
      [`${letter}B`, decimal],
      [`${upper}i`, binary],
      [`${upper}iB`, binary],
    ];
  }),
]);

/** Thousandths of a core, or undefined when the text is not a CPU quantity or names less than 1m. */
export function parseCpu(text: string): number | undefined {
  const match = /^(\d+)(?:\.(\d{1,3}))?(m?)$/.exec(text);
  if (match === null) return undefined;
  const [, whole = '', fraction = '', milli] = match;
  if (milli === 'm') return fraction === '' ? positive(BigInt(whole)) : undefined;
  return positive(BigInt(whole) * 1000n + BigInt(fraction.padEnd(3, '0')));
}

/** Bytes, or undefined when the text is not a size, is not a whole number of bytes, or is 0. */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d+)(?:\.(\d{1,9}))?([A-Za-z]*)$/.exec(text);
  if (match === null) return undefined;
  const [, whole = '', fraction = '', suffix = ''] = match;
  const unit = UNITS.get(suffix);
  if (unit === undefined) return undefined;
  const scale = 10n ** BigInt(fraction.length);
  const scaled = BigInt(whole + fraction) * unit;
  return scaled % scale === 0n ? positive(scaled / scale) : undefined;
}

/** `500` -> `500m`, `2500` -> `2.5`, `1000` -> `1`. Parses back to the same number. */
export function formatCpu(millis: number): string {
  return millis % 100 === 0 && millis >= 1000 ? String(millis / 1000) : `${millis}m`;
}

/** In the unit that gives the shortest number: `24G`, `256Mi`. Binary units win a draw. Parses back to the same number. */
export function formatBytes(bytes: number): string {
  const exact = ['', 'Ti', 'Gi', 'Mi', 'Ki', 'T', 'G', 'M', 'k']
    .map((suffix) => ({ suffix, unit: Number(UNITS.get(suffix)) }))
    .filter(({ unit }) => bytes % unit === 0)
    .map(({ suffix, unit }) => `${bytes / unit}${suffix}`);
  return exact.reduce((shortest, text) => (text.length < shortest.length ? text : shortest), String(bytes));
}

function positive(value: bigint): number | undefined {
  return value > 0n && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : undefined;
}
