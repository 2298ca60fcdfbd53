import { assert, integer, property, string } from 'fast-check';
import { expect, test } from 'vitest';

import { renderTable } from './table.ts';
import { charactersOf, cutTo, widthOf } from './width.ts';

test('plain text is as wide as it is long, Chinese and emoji take two columns, an accent none', () => {
  expect(widthOf('depl_x')).toBe(6);
  expect(widthOf('é…')).toBe(2);
  expect(widthOf('e\u0301')).toBe(1);
  expect(widthOf('数据库')).toBe(6);
  expect(widthOf('👩‍🚀 up')).toBe(5);
});

test('columns stand below each other whatever the cells hold', () => {
  expect(
    renderTable(
      ['NAME', 'STATUS'],
      [
        ['数据库', 'OK'],
        ['db', 'OK'],
      ],
    ),
  ).toBe('NAME     STATUS\n数据库   OK\ndb       OK\n');
});

test('a table without headers takes no width from them', () => {
  expect(renderTable(['A LONG NAME', 'B'], [['a', 'b']], { headers: false })).toBe('a   b\n');
  expect(renderTable(['A', 'B'], [], { headers: false })).toBe('');
});

test('what is cut fits, and begins as the text does', () => {
  expect(cutTo('abcdef', 4)).toBe('abc…');
  expect(cutTo('数据库', 4)).toBe('数…');
  assert(
    property(string({ unit: 'grapheme' }), integer({ min: 1, max: 20 }), (text, columns) => {
      const cut = cutTo(text, columns);
      expect(widthOf(cut)).toBeLessThanOrEqual(Math.max(columns, widthOf(text) <= columns ? widthOf(text) : 1));
      expect(cut === text || text.startsWith(cut.slice(0, -1))).toBe(true);
    }),
  );
});

test('characters are what people count', () => {
  expect(charactersOf('e\u0301👩‍🚀x')).toHaveLength(3);
});
