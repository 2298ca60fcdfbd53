import { expect, test } from 'vitest';

import { EXIT } from '../exit-codes.ts';
import { flagsToBody } from './flags.ts';

test.each([
  ['', {}],
  ['--id=1', { id: 1 }],
  ['--id=5 --id=5', { id: [5, 5] }],
  ['--user-id=5 --user-id=5', { user: [{ id: 5 }, { id: 5 }] }],
  ['--user-id=5 --user-id=6 --user-id=7', { user: [{ id: 5 }, { id: 6 }, { id: 7 }] }],
  ['--user-name=joe', { user: { name: 'joe' } }],
  ['--user.name=joe --user.age=30', { user: { name: 'joe', age: 30 } }],
  ['--user-name=joe --user-age=30', { user: { name: 'joe', age: 30 } }],
  ['--user-active=true', { user: { active: true } }],
  ['--user-id=1 --order-id=100', { user: { id: 1 }, order: { id: 100 } }],
  ['--user.info.name=alice --user-info-age=25', { user: { info: { name: 'alice', age: 25 } } }],
  ['--user-id.name=a --user-id.name=b', { user: [{ name: 'a' }, { name: 'b' }] }],
  ['--a=1.5 --b={"c":1} --d= --e=x=y', { a: '1.5', b: '{"c":1}', d: '', e: 'x=y' }],
  ['--n=9007199254740993', { n: '9007199254740993' }],
])('%s', (flags, body) => {
  expect(flagsToBody(flags.split(' ').filter((flag) => flag !== ''))).toEqual(body);
});

test('a key named __proto__ is data like any other', () => {
  const body = flagsToBody(['--__proto__.polluted=true']);
  expect(JSON.stringify(body)).toBe('{"__proto__":{"polluted":true}}');
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test.each(['--id', 'id=1', '--=1'])('%s is a usage failure', (flag) => {
  expect(() => flagsToBody([flag])).toThrow(expect.objectContaining({ exitCode: EXIT.usage }));
});
