import { describe, expect, test } from 'vitest';

import { InvalidInput } from '../../domain/problem.ts';
import { EngineError } from '../../engine/engine-error.ts';
import { SourceError } from '../../sources/source-error.ts';
import { whyFailed } from './why-failed.ts';

const image = '10.0.0.5:5000/deploy-svc/web-12345678:abc';
const build = { image };
const said = (words: string): EngineError =>
  new EngineError('build-failed', `build ${image} on tcp://h:2375: ${words}\nStep 1/2 : FROM x\nmore`);

describe('why a build failed', () => {
  test.each([
    ['COPY failed: file not found in build context: stat a: b', true],
    ["The command '/bin/sh -c curl https://x' returned a non-zero code: 7", true],
    ["The command '/bin/sh -c npm ci # connection refused' returned a non-zero code: 1", true],
    ['dockerfile parse error line 2: unknown instruction: FROB', true],
    ["pull access denied for nope, repository does not exist or may require 'docker login'", true],
    ['Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: no such host', false],
    ['Get "https://r/v2/": net/http: TLS handshake timeout', false],
    ['toomanyrequests: You have reached your pull rate limit', false],
    ['received unexpected HTTP status: 503 Service Unavailable', false],
  ])('%s', (words, terminal) => {
    expect(whyFailed(said(words), build)).toEqual({ reason: words, terminal });
  });

  test('in the words of the simulated engine too', () => {
    const error = new EngineError('build-failed', `build ${image}: COPY failed: no`);
    expect(whyFailed(error, build)).toEqual({ reason: 'COPY failed: no', terminal: true });
  });

  test('an engine that is away may be back', () => {
    const error = new EngineError('unreachable', 'build x: connect ECONNREFUSED');
    expect(whyFailed(error, build)).toMatchObject({ terminal: false });
  });

  test.each([
    ['not-found', true],
    ['too-large', true],
    ['failed', false],
    ['timeout', false],
    ['no-git', false],
  ] as const)('a checkout that is %s: for good %s', (code, terminal) => {
    expect(whyFailed(new SourceError(code, 'a\nb'), build)).toEqual({ reason: 'a b', terminal });
  });

  test('what is not in the repository, by the names of the definition', () => {
    const missing = (field: string): InvalidInput => new InvalidInput([{ field, message: 'is not there' }]);
    const given = { image, buildContext: 'app', containerFile: 'Other' };
    expect(whyFailed(missing('contextPath'), given)?.reason).toBe('build context app is not in the repository');
    expect(whyFailed(missing('dockerfilePath'), given)?.reason).toBe(
      'container file Other is not in build context app',
    );
    expect(whyFailed(missing('dockerfilePath'), build)?.reason).toBe(
      'container file Dockerfile is not in the repository',
    );
  });

  test('is one line of text that the log can hold', () => {
    const reason = whyFailed(said(`a\0b\t${'x'.repeat(10_000)}\ud800`), build)?.reason ?? '';
    expect(reason).toMatch(/^a\ufffdb x+$/);
    expect(reason.length).toBeLessThanOrEqual(500);
  });

  test('any other error is none of the build', () => {
    expect(whyFailed(new TypeError('a mistake'), build)).toBeUndefined();
  });
});
