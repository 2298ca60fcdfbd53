import { InvalidInput } from '../problem.ts';

/** Container -> the time up to which its output was seen; undefined: it was opened, and nothing was seen. */
export type Resume = ReadonlyMap<string, string | undefined>;

const ENTRY = /^([0-9a-f]{12,64})(?:@(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z))?$/;

/** Reads `container@time,container,…`. Throws InvalidInput. */
export function parseResume(text: string): Resume {
  const entries = text.split(',').filter((entry) => entry !== '');
  return new Map(
    entries.map((entry) => {
      const [, id, time] = ENTRY.exec(entry) ?? [];
      if (id !== undefined) return [id.slice(0, 12), time] as const;
      const hint = '0123456789ab@2026-01-31T12:00:00.000000000Z';
      throw new InvalidInput([{ field: 'resume', message: `has an entry that is none: ${entry.slice(0, 100)}`, hint }]);
    }),
  );
}

/** As `parseResume` reads it. Containers are told by so much of their ids as people are shown. */
export function formatResume(seen: ReadonlyMap<string, string | undefined>): string {
  return [...seen].map(([id, time]) => id.slice(0, 12) + (time === undefined ? '' : `@${time}`)).join(',');
}
