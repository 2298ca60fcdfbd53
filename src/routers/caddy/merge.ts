import { isDeepStrictEqual } from 'node:util';

import { z } from 'zod';

import { CADDY_NAME, type Json, type JsonObject } from './configuration.ts';

const object = z.record(z.string(), z.unknown()).catch({});

/** The parts of Caddy's configuration that are ours. */
export interface OwnParts {
  readonly server: JsonObject;
  readonly log: JsonObject;
}

/** The whole configuration with our parts in place of what stands there; everything else stays as it is. */
export function withParts(config: unknown, { server, log }: OwnParts): Json {
  const root = object.parse(config);
  const logging = object.parse(root['logging']);
  const apps = object.parse(root['apps']);
  const http = object.parse(apps['http']);
  const whole = {
    ...root,
    logging: { ...logging, logs: { ...object.parse(logging['logs']), [CADDY_NAME]: log } },
    apps: { ...apps, http: { ...http, servers: { ...object.parse(http['servers']), [CADDY_NAME]: server } } },
  };
  // It came as JSON.
  return whole as Json;
}

/** Whether the configuration has our parts already. */
export function hasParts(config: unknown, { server, log }: OwnParts): boolean {
  const root = object.parse(config);
  const servers = object.parse(object.parse(object.parse(root['apps'])['http'])['servers']);
  const logs = object.parse(object.parse(root['logging'])['logs']);
  return isDeepStrictEqual(servers[CADDY_NAME], server) && isDeepStrictEqual(logs[CADDY_NAME], log);
}

const eventsLog = z.object({
  logging: z.object({
    logs: z.object({ [CADDY_NAME]: z.object({ writer: z.object({ address: z.string().regex(/^udp\/.+:\d+$/) }) }) }),
  }),
});

/** The port that Caddy tells of requests at now. */
export function eventsPort(config: unknown): number | undefined {
  const parsed = eventsLog.safeParse(config);
  return parsed.success ? Number(parsed.data.logging.logs[CADDY_NAME]?.writer.address.split(':').at(-1)) : undefined;
}
