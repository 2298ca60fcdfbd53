import { array, assert, integer, property, stringMatching } from 'fast-check';
import { expect, test } from 'vitest';

import { wrap } from './wrap.ts';

test('lines are filled and later ones are indented', () => {
  expect(wrap('one two three four', 9, '  ')).toEqual(['one two', '  three', '  four']);
  expect(wrap('', 9)).toEqual(['']);
});

test('no word is lost, and no line is longer than asked for unless it is one word', () => {
  assert(
    property(array(stringMatching(/^[a-z]{1,12}$/)), integer({ min: 4, max: 40 }), (words, columns) => {
      const lines = wrap(words.join(' '), columns, '  ');
      expect(
        lines
          .join(' ')
          .split(' ')
          .filter((word) => word !== ''),
      ).toEqual(words);
      for (const line of lines) expect(line.length <= columns || line.trim().split(' ').length === 1).toBe(true);
    }),
  );
});
