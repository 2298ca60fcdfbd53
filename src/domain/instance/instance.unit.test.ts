import { describe, expect, test } from 'vitest';

import { decideRegisterInstance, decideRemoveInstance, instanceIdOf, type Owner } from './decide.ts';
import { evolveInstance, type InstanceState } from './evolve.ts';
import { parseInstance } from './parse.ts';

const keeper: Owner = { slug: 'keeper', mayEditAll: false };
const register = (state: InstanceState | undefined, sent: object, owner = keeper): InstanceState | undefined => {
  const input = parseInstance({ url: 'http://10.0.0.1:80', ...sent });
  const events = decideRegisterInstance(state, instanceIdOf(input, state), input, owner);
  return events.reduce<InstanceState | undefined>(evolveInstance, state);
};

describe('the URL of an instance', () => {
  test.each([
    [{ url: 'http://a:1/p', scheme: 'https', host: 'b', port: 2 }, 'http://a:1/p'],
    [{ scheme: 'http', ip: '10.0.0.7', port: 8080 }, 'http://10.0.0.7:8080'],
    [{ scheme: 'https', host: 'a.example', port: 8443, path: '/api' }, 'https://a.example:8443/api'],
  ])('of %j is %s', (sent, url) => {
    expect(parseInstance(sent).url).toBe(url);
  });

  test.each([
    {},
    { host: 'a' },
    { url: 'no url' },
    { url: 'mailto:a@b' },
    { url: 'http://me:secret@a' },
    { scheme: 'http', host: 'a', port: 0 },
  ])('%j has none', (sent) => {
    expect(() => parseInstance(sent)).toThrow(/^(url|port): /);
  });

  test('tells its parts, where they are not said', () => {
    expect(parseInstance({ url: 'http://a.example:8080/api', host: 'said' })).toMatchObject({
      scheme: 'http',
      host: 'said',
      port: 8080,
      path: '/api',
    });
  });
});

describe('an instance', () => {
  test('is new with status Unknown; an update keeps its status and its owner', () => {
    const first = register(undefined, {}) as InstanceState;
    expect(first).toMatchObject({ status: 'Unknown', slug: 'keeper', removed: false });
    const healthy: InstanceState = { ...first, status: 'Healthy', replicaId: 'r1' };
    const admin = { slug: '1backend', mayEditAll: true };
    expect(register(healthy, { path: '/x' }, admin)).toEqual({ ...healthy, path: '/x' });
    expect(register(healthy, {})).toBe(healthy);
  });

  test('of somebody else is left alone, until it is removed', () => {
    const mine = register(undefined, {}) as InstanceState;
    const thief = { slug: 'thief', mayEditAll: false };
    expect(() => register(mine, {}, thief)).toThrow('registered by another account');
    const removed = decideRemoveInstance(mine).reduce<InstanceState | undefined>(evolveInstance, mine);
    expect(decideRemoveInstance(removed)).toEqual([]);
    expect(register(removed, {}, thief)).toMatchObject({ slug: 'thief', status: 'Unknown' });
  });
});
