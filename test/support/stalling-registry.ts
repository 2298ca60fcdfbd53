import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A registry that knows every image and stops in the middle of its layer. */
export async function startStallingRegistry(): Promise<AsyncDisposable & { readonly address: string }> {
  const layerDigest = digestOf('never complete');
  const config = JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [layerDigest] },
  });
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: {
      mediaType: 'application/vnd.docker.container.image.v1+json',
      size: config.length,
      digest: digestOf(config),
    },
    layers: [{ mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip', size: 1_000_000, digest: layerDigest }],
  });
  const server = createServer((request, response) => {
    const url = request.url ?? '';
    if (url.endsWith(layerDigest)) {
      response.writeHead(200, { 'content-length': 1_000_000 }).write('only this');
      return;
    }
    const body = url.endsWith(digestOf(config)) ? config : url.includes('/manifests/') ? manifest : '{}';
    const type = body === manifest ? MANIFEST : 'application/json';
    // Asked for the head alone, the engine wants the length all the same.
    response.writeHead(200, {
      'content-type': type,
      'content-length': body.length,
      'docker-content-digest': digestOf(body),
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;
