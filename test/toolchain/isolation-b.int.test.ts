import { expect, test } from 'vitest';
import { visit } from './isolation.ts';

// Its twin writes into a table of the same name at the same time: with a shared database the second to come finds two rows.
test('a test file sees no row of another file, and its database is gone at the end', async () => {
  expect(await visit('b')).toEqual({ rows: [{ file: 'b' }], dropped: true });
});
