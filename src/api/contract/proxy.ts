import { z } from 'zod';

import { IDENTIFIER, IDENTIFIER_FORM } from '../../domain/identifier.ts';
import { ids } from './ids.ts';
import type { Route } from './route.ts';

/** Where requests of a host, or of a path of a host, go to. */
export const proxyRoute = z.strictObject({
  id: z.string(),
  target: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type ProxyRoute = z.infer<typeof proxyRoute>;

/** A route to save. `id`: `shop.example` or `shop.example/admin`; `target`: a URL. */
export const proxyRouteInput = z.object({ id: z.string(), target: z.string() });
export type ProxyRouteInput = z.infer<typeof proxyRouteInput>;

/** A certificate as existing clients read it. */
export const cert = z.strictObject({
  id: z.string(),
  cert: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  commonName: z.string().optional(),
  issuer: z.string().optional(),
  notBefore: z.string().optional(),
  notAfter: z.string().optional(),
  serialNumber: z.string().optional(),
});
export type Cert = z.infer<typeof cert>;

const byIds = z.object({ ids: ids.nullish() });

export const proxyRoutes = {
  saveRoutes: {
    summary: 'Creates or changes routes',
    permission: 'proxy-svc:route:edit',
    body: z.object({ routes: z.array(proxyRouteInput) }),
    bodyJudgedBy: 'domain',
    status: 200,
    response: z.strictObject({ routes: z.array(proxyRoute) }),
  },
  listRoutes: {
    summary: 'Routes: those of the ids, or all',
    permission: 'proxy-svc:route:view',
    asOf: true,
    body: byIds,
    status: 200,
    response: z.strictObject({ routes: z.array(proxyRoute) }),
  },
  removeRoutes: {
    summary: 'Removes routes; ids that do not exist are no error',
    permission: 'proxy-svc:route:edit',
    body: byIds,
    status: 200,
    response: z.strictObject({}),
  },
  listCerts: {
    summary: 'Certificates: none, as nothing here ends TLS yet',
    permission: 'proxy-svc:cert:view',
    body: byIds,
    status: 200,
    response: z.strictObject({ certs: z.array(cert) }),
  },
  traefikConfiguration: {
    summary:
      'Where requests go, as the HTTP provider of Traefik takes it; a poll tells that the answer before it was taken',
    permission: 'proxy-svc:router:poll',
    query: z.object({
      /** Who polls: each Traefik by a name of its own. */
      id: z
        .string()
        .regex(IDENTIFIER, { message: `is not ${IDENTIFIER_FORM}` })
        .default('traefik'),
      /** Its pollInterval, in seconds. */
      interval: z.coerce.number().int().min(1).max(60).default(5),
    }),
    status: 200,
    response: z.strictObject({
      http: z.strictObject({
        routers: z.record(z.string(), z.unknown()).optional(),
        services: z.record(z.string(), z.unknown()).optional(),
        middlewares: z.record(z.string(), z.unknown()),
      }),
    }),
  },
} as const satisfies Record<string, Route>;
