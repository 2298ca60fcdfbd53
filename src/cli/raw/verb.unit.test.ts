import { expect, test } from 'vitest';

import { rawCall } from './verb.ts';

test('the verb is found behind global options, and what follows it is not touched', () => {
  expect(rawCall(['-e', 'prod', '--app-host=x', 'post', '/a', '--env=b', '-h'])).toEqual({
    method: 'POST',
    args: ['/a', '--env=b', '-h'],
    env: 'prod',
    appHost: 'x',
  });
});

test('another command is none, even when a later word is a verb', () => {
  expect(rawCall(['deployment', 'get', 'depl_x'])).toBeUndefined();
  expect(rawCall(['-e', 'get'])).toBeUndefined();
  expect(rawCall([])).toBeUndefined();
});

test('-e and -a count behind the verb too, and --env there is the flag of the call', () => {
  expect(rawCall(['get', '/a', '-e', 'prod', '--env=b', '-a', 'x'])).toEqual({
    method: 'GET',
    args: ['/a', '--env=b'],
    env: 'prod',
    appHost: 'x',
  });
  expect(rawCall(['get', '/a', '-e'])).toEqual({ method: 'GET', args: ['/a', '-e'] });
});
