import { expect, test } from 'vitest';

import { printable, renderTable } from './table.ts';

test('columns are as wide as their longest cell and three spaces, and an empty last cell leaves a trailing space', () => {
  const table = renderTable(['ID', 'DEFINITION ID', 'STATUS', 'DETAILS'], [['depl_1', 'def_1', 'OK', '']]);
  expect(table).toBe('ID       DEFINITION ID   STATUS   DETAILS\ndepl_1   def_1           OK       \n');
});

test('a table without rows is its header', () => {
  expect(renderTable(['NODE ID', 'URL'], [])).toBe('NODE ID   URL\n');
});

test('a closed row pads its last cell by itself, the header does not', () => {
  const table = renderTable(['SELECTED', 'DESCRIPTION'], [['*', 'here']], { closedRows: true });
  expect(table).toBe('SELECTED   DESCRIPTION\n*          here   \n');
});

test('width counts characters, not bytes', () => {
  expect(renderTable(['A', 'B'], [['é…', 'x']])).toBe('A    B\né…   x\n');
});

test('control characters cannot break a line or drive the terminal', () => {
  expect(printable('a\nb\u001b[31mc')).toBe('a b [31mc');
});
