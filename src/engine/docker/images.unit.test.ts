import { describe, expect, it } from 'vitest';

import { pullCode } from './images.ts';

describe('the words of registries', () => {
  it.each([
    'manifest for 127.0.0.1:5000/web:2 not found: manifest unknown: manifest unknown',
    "pull access denied for web, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
    'Error response from daemon: repository 127.0.0.1:5000/web not found: name unknown: repository name not known to registry',
    'failed to resolve reference "docker.io/library/web:2": docker.io/library/web:2: not found',
  ])('mean that the image is not there: %s', (words) => {
    expect(pullCode(words)).toBe('image-not-found');
  });

  it.each([
    'Get "https://registry.example/v2/": dial tcp: lookup registry.example on 10.0.0.1:53: no such host',
    'Get "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused',
    'unauthorized: authentication required',
    'toomanyrequests: You have reached your pull rate limit.',
    'write /var/lib/docker/tmp/GetImageBlob1: no space left on device',
    'received unexpected HTTP status: 500 Internal Server Error',
  ])('mean that the pull failed: %s', (words) => {
    expect(pullCode(words)).toBe('pull-failed');
  });
});
