import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { ANSWER } from './http-load.ts';

/** Two servers that answer at once, for whoever is measured in front of them. Tells their ports to its parent. */
const ports = await Promise.all(
  [1, 2].map(async () => {
    const server = createServer((_, response) => {
      response.setHeader('content-length', ANSWER.length);
      response.end(ANSWER);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }),
);
process.once('disconnect', () => process.exit(0));
process.send?.({ ports });
