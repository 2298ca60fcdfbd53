import { describe, expect, it } from 'vitest';

import { connectEngine } from './connect.ts';
import { parseEngineUrl } from './engine-url.ts';

describe('engine addresses', () => {
  it.each([
    ['unix:///var/run/docker.sock', 'unix:///var/run/docker.sock'],
    [' UNIX:///var/run/docker.sock ', 'unix:///var/run/docker.sock'],
    ['unix:///var/lib/./a/../docker.sock', 'unix:///var/lib/docker.sock'],
    ['tcp://10.0.0.5:2376/', 'tcp://10.0.0.5:2376'],
    ['tcp://Engine.Example:2376', 'tcp://engine.example:2376'],
    ['tcp://[::1]:2375', 'tcp://[::1]:2375'],
    ['tcp://engine', 'tcp://engine:2375'],
    ['ssh://deployer@Engine.Example/', 'ssh://deployer@engine.example'],
    ['ssh://engine:22', 'ssh://engine'],
    ['ssh://engine:2222', 'ssh://engine:2222'],
    ['simulated://Node-1', 'simulated://node-1'],
  ])('%s is %s', (text, normal) => {
    expect(parseEngineUrl(text, false).href).toBe(normal);
    expect(parseEngineUrl(normal, false).href).toBe(normal);
  });

  it('has the port of TLS where TLS is configured', () => {
    expect(parseEngineUrl('tcp://engine', true).href).toBe('tcp://engine:2376');
  });

  it.each([
    ['', 'use unix:///path'],
    ['/var/run/docker.sock', 'use unix:///path'],
    ['http://engine:2375', 'use unix:///path'],
    ['npipe:////./pipe/docker', 'use unix:///path'],
    ['unix://var/run/docker.sock', 'absolute path'],
    ['unix:///', 'absolute path'],
    ['tcp://', 'no host'],
    ['tcp://engine:99999', 'cannot be parsed'],
    ['tcp://engine:2376/path', 'a path'],
    ['tcp://engine:2376?x=1', 'a query'],
    ['tcp://user@engine:2376', 'only ssh'],
    ['ssh://user:secret@engine', 'a password'],
    ['ssh://-oProxyCommand=evil', 'hyphen'],
    ['ssh://-l@engine', 'hyphen'],
  ])('%s is refused: %s', (text, why) => {
    expect(() => parseEngineUrl(text, false)).toThrow(why);
  });

  it('does not repeat a password', () => {
    expect(() => parseEngineUrl('ssh://user:secret@engine', false)).toThrow(/^(?!.*secret)/);
  });
});

describe('connecting', () => {
  it('refuses tcp without TLS unless it is asked for', () => {
    expect(() => connectEngine('tcp://engine:2375')).toThrow('without TLS');
    expect(connectEngine('tcp://engine:2375', { insecureTcp: true }).url).toBe('tcp://engine:2375');
  });

  it('keeps the normal address', () => {
    expect(connectEngine('UNIX:///var/run/docker.sock').url).toBe('unix:///var/run/docker.sock');
    expect(connectEngine('simulated://A').url).toBe('simulated://a');
  });
});
