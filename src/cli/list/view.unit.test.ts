import { PassThrough } from 'node:stream';

import { array, asyncProperty, assert, boolean, constantFrom, integer, record, uniqueArray } from 'fast-check';
import { expect, test } from 'vitest';

import type { Terminal } from '../terminal.ts';
import type { ListKind } from './column.ts';
import type { ListFormat } from './options.ts';
import type { Printing } from './print.ts';
import { selectionOf } from './select.ts';
import { createView } from './view.ts';

interface Thing {
  readonly id: string;
  readonly size: number;
  /** Seconds. */
  readonly age: number;
}

const KIND: ListKind<Thing> = {
  columns: [
    { name: 'ID', cell: ({ id }) => id },
    { name: 'SIZE', cell: ({ size }) => String(size), value: ({ size }) => size },
    { name: 'AGE', ages: true, cell: ({ age }) => `${age}s` },
  ],
  id: ({ id }) => id,
  whenEmpty: 'No things.',
};

const printing = (format: ListFormat, headers = true): Printing<Thing> => ({
  kind: KIND,
  format,
  headers,
  selection: selectionOf(KIND.columns, { output: format }),
});

/** A terminal of real streams; `size` makes a screen of it. */
function open(size?: { readonly columns: number; readonly rows: number }): {
  terminal: Terminal;
  written: () => string;
} {
  const stdout = Object.assign(new PassThrough(), size === undefined ? {} : { isTTY: true, ...size });
  const stderr = new PassThrough();
  let written = '';
  stdout.on('data', (chunk: Buffer) => (written += chunk.toString()));
  stderr.on('data', (chunk: Buffer) => (written += chunk.toString()));
  const terminal = { stdin: process.stdin, stdout, stderr, color: false } as unknown as Terminal;
  return { terminal, written: () => written };
}

const thing = (id: string, size: number, age = 1): Thing => ({ id, size, age });
const things = uniqueArray(
  record({ id: constantFrom('a', 'b', 'c', 'd'), size: integer({ min: 0, max: 2 }), age: integer() }),
  {
    selector: ({ id }) => id,
  },
);

test('whoever applies what a watch prints, in its order, has the list as it is', async () => {
  await assert(
    asyncProperty(array(things, { minLength: 1, maxLength: 8 }), async (answers) => {
      const { terminal, written } = open();
      const view = createView(terminal, printing('ndjson'));
      for (const items of answers) await view.show(items);
      const known = new Map<string, number>();
      for (const line of written()
        .split('\n')
        .filter((text) => text !== '')) {
        const told = JSON.parse(line) as Thing & { readonly gone?: boolean };
        if (told.gone === true) known.delete(told.id);
        else known.set(told.id, told.size);
      }
      expect(known).toEqual(new Map((answers.at(-1) ?? []).map(({ id, size }) => [id, size])));
    }),
  );
});

test('nothing is told twice: a second answer with other ages alone prints nothing', async () => {
  await assert(
    asyncProperty(
      things,
      constantFrom<ListFormat>('table', 'ndjson', 'yaml', 'name'),
      boolean(),
      async (items, format, headers) => {
        const { terminal, written } = open();
        const view = createView(terminal, printing(format, headers));
        await view.show(items);
        const before = written();
        await view.show(items.map(({ id, size, age }) => ({ id, size, age: age + 1 })));
        expect(written()).toBe(before);
      },
    ),
  );
});

test('rows of a pipe stand under one header; a column grows for a longer cell and does not shrink again', async () => {
  const { terminal, written } = open();
  const view = createView(terminal, printing('table'));
  await view.show([thing('a', 1)]);
  await view.show([thing('a-long-one', 1), thing('a', 2)]);
  await view.show([thing('a', 3)]);
  expect(written()).toBe(
    'ID   SIZE   AGE\n' +
      'a    1      1s\n' +
      'a-long-one   1      1s\n' +
      'a            2      1s\n' +
      'a            3      1s\n' +
      'a-long-one is gone\n',
  );
});

test('a screen is drawn over its own lines, and not at all when nothing of it is different', async () => {
  const { terminal, written } = open({ columns: 40, rows: 10 });
  const view = createView(terminal, printing('table'));
  await view.show([thing('a', 1), thing('b', 2)]);
  expect(written()).toBe('ID   SIZE   AGE\na    1      1s\nb    2      1s\n');
  await view.show([thing('a', 1), thing('b', 2)]);
  view.note('');
  expect(written().split('\u001b')).toHaveLength(1);
  await view.show([thing('a', 1, 2)]);
  expect(written().split('\u001b[3A\u001b[J')[1]).toBe('ID   SIZE   AGE\na    1      2s\n');
});

test('what is said beside a screen stands below it until it is taken back; an empty one says why', async () => {
  const { terminal, written } = open({ columns: 40, rows: 10 });
  const view = createView(terminal, printing('table'));
  await view.show([]);
  expect(written()).toBe('ID   SIZE   AGE\nNo things.\n');
  view.note('The server is away.');
  expect(written()).toContain('\u001b[2A\u001b[JID   SIZE   AGE\nNo things.\nThe server is away.\n');
  view.note('');
  expect(written().split('\u001b[3A\u001b[J')[1]).toBe('ID   SIZE   AGE\nNo things.\n');
});

test('programs are streamed to also on a terminal', async () => {
  const { terminal, written } = open({ columns: 40, rows: 10 });
  const view = createView(terminal, printing('json'));
  await view.show([thing('a', 1)]);
  await view.show([thing('a', 2)]);
  expect(written()).toBe('{"id":"a","size":1,"age":1}\n{"id":"a","size":2,"age":1}\n');
});
