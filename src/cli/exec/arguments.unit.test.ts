import { expect, test } from 'vitest';

import { execArguments } from './arguments.ts';

test.each([
  ['exec web -e A=1 -e B=2 -- env -e x', 'exec web --variable A=1 --variable B=2 -- env -e x'],
  ['-e staging exec web -e A=1 -- env', '-e staging exec web --variable A=1 -- env'],
  ['--env exec logs web -e staging', '--env exec logs web -e staging'],
  ['deployment get exec -e staging', 'deployment get exec -e staging'],
  ['logs web -e staging', 'logs web -e staging'],
])('%s', (given, wanted) => {
  expect(execArguments(given.split(' '))).toEqual(wanted.split(' '));
});
