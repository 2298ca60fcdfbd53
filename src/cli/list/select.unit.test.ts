import { assert, array, boolean, constantFrom, integer, option, property, record, string } from 'fast-check';
import { expect, test } from 'vitest';

import { describeFailure, Failure } from '../failure.ts';
import type { Column } from './column.ts';
import type { ListingOptions } from './options.ts';
import { arrange, columnsOf, selectionOf } from './select.ts';

interface Thing {
  readonly id: string;
  readonly size: number | undefined;
  readonly note: string;
}

const COLUMNS: readonly Column<Thing>[] = [
  { name: 'THING ID', cell: ({ id }) => id },
  { name: 'SIZE', cell: ({ size }) => (size === undefined ? '' : `${size} MB`), value: ({ size }) => size },
  { name: 'NOTE', cell: ({ note }) => note, when: (things) => things.some(({ note }) => note !== '') },
  { name: 'LAST NOTE', wide: true, cell: ({ note }) => note.slice(-1) },
];
const THINGS: readonly Thing[] = [
  { id: 'a-10', size: 20, note: '' },
  { id: 'a-9', size: undefined, note: 'x.y' },
  { id: 'B-1', size: 3, note: 'xzy' },
];

const select = (options: Partial<ListingOptions>): ReturnType<typeof selectionOf<Thing>> =>
  selectionOf(COLUMNS, { output: 'table', ...options });
const ids = (options: Partial<ListingOptions>): readonly string[] =>
  arrange(THINGS, select(options), 0).map(({ id }) => id);
const names = (options: Partial<ListingOptions>, things = THINGS): readonly string[] =>
  columnsOf(COLUMNS, select(options), options.output ?? 'table', things).map(({ name }) => name);

function words(options: Partial<ListingOptions>): string {
  try {
    select(options);
  } catch (error) {
    if (error instanceof Failure) return `${error.exitCode} ${describeFailure(error)}`;
    throw error;
  }
  return 'accepted';
}

test('without options the items come as they are, with the plain columns', () => {
  expect(ids({})).toEqual(['a-10', 'a-9', 'B-1']);
  expect(names({})).toEqual(['THING ID', 'SIZE', 'NOTE']);
  expect(names({}, [])).toEqual(['THING ID', 'SIZE']);
  expect(names({ output: 'wide' })).toEqual(['THING ID', 'SIZE', 'NOTE', 'LAST NOTE']);
});

test('columns are named in any case, with spaces or dashes, by their last words where that is no other, in the order given', () => {
  expect(names({ columns: 'last-note,ID, Thing_Id' })).toEqual(['LAST NOTE', 'THING ID', 'THING ID']);
  expect(select({ columns: 'last-note' }).wide).toBe(true);
  expect(select({ filter: ['last-note=x'], output: 'json' }).wide).toBe(true);
  expect(select({ sort: 'size' }).wide).toBe(false);
});

test('rows are sorted by value, numbers in text as numbers, in several steps; what has no value comes last both ways', () => {
  expect(ids({ sort: 'size' })).toEqual(['B-1', 'a-10', 'a-9']);
  expect(ids({ sort: 'size:desc' })).toEqual(['a-10', 'B-1', 'a-9']);
  expect(ids({ sort: 'thing-id' })).toEqual(['a-9', 'a-10', 'B-1']);
  expect(ids({ sort: 'last-note:desc,thing-id:desc' })).toEqual(['B-1', 'a-9', 'a-10']);
});

test('filters look at cell and value, * and ? stand for others, a dot for itself, and all have to hold', () => {
  expect(ids({ filter: ['size=20'] })).toEqual(['a-10']);
  expect(ids({ filter: ['size=20 mb'] })).toEqual(['a-10']);
  expect(ids({ filter: ['note=x?y'] })).toEqual(['a-9', 'B-1']);
  expect(ids({ filter: ['note=x.y'] })).toEqual(['a-9']);
  expect(ids({ filter: ['id=a-*', 'size!=20'] })).toEqual(['a-9']);
  expect(ids({ filter: ['size='] })).toEqual(['a-9']);
});

test.each<[Partial<ListingOptions>, string]>([
  [{ columns: 'siez' }, '2 Error: there is no column "siez" (did you mean size?)'],
  [{ sort: 'size:down' }, '"down" is no direction; it is asc or desc'],
  [{ filter: ['size'] }, 'is not of the form column=value\n  next: --filter thing-id=value'],
  [{ filter: ['color=red'] }, 'next: the columns are thing-id, size, note, last-note'],
  [{ columns: 'size', output: 'json' }, '--columns chooses the columns of a table; -o json has every field'],
])('%j is refused: %s', (options, expected) => {
  expect(words(options)).toContain(expected);
});

const things = array(record({ id: string(), size: option(integer(), { nil: undefined }), note: string() }));

test('sorting keeps every row once, puts each at its place, and changes nothing the second time', () => {
  assert(
    property(things, constantFrom('size', 'size:desc'), (items, sort) => {
      const sorted = arrange(items, select({ sort }), 0);
      const sizes = sorted.map(({ size }) => size);
      const present = sizes.filter((size) => size !== undefined);
      expect(new Set(sorted)).toEqual(new Set(items));
      expect(sorted).toHaveLength(items.length);
      expect(present).toEqual(present.toSorted((a, b) => (sort === 'size' ? a - b : b - a)));
      expect(sizes.slice(present.length).every((size) => size === undefined)).toBe(true);
      expect(arrange(sorted, select({ sort }), 0)).toEqual(sorted);
    }),
  );
});

test('a filter and its opposite part the rows, whatever the text; a value without * and ? finds itself', () => {
  assert(
    property(things, string(), boolean(), (items, text, exact) => {
      const glob = exact ? text.replaceAll(/[*?]/g, '') : text;
      const [inside, outside] = [`note=${glob}`, `note!=${glob}`].map((one) =>
        arrange(items, select({ filter: [one] }), 0),
      );
      expect(new Set([...(inside ?? []), ...(outside ?? [])])).toEqual(new Set(items));
      expect((inside ?? []).length + (outside ?? []).length).toBe(items.length);
      const itself: Thing = { id: 'x', size: 1, note: glob };
      expect(arrange([itself], select({ filter: [`note=${glob}`] }), 0)).toEqual([itself]);
    }),
  );
});
