import { isIP } from 'node:net';

import { z } from 'zod';

import { pathProblem } from './domain/container/host-path.ts';
import { IDENTIFIER, IDENTIFIER_FORM } from './domain/identifier.ts';
import { BYTES_FORMS, parseBytes } from './domain/quantity.ts';
import { ACCESS_LOGS } from './gateway/settings.ts';
import { QUEUE_POLICIES, type QueueName } from './jobs/catalogue.ts';
import { LOG_LEVELS } from './logger.ts';

const url = (protocols: readonly string[], example: string): z.ZodType<string, string> =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    message: `is not a URL like ${example}`,
  });

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

const masterKey = z
  .string()
  .refine((text) => /^[A-Za-z0-9+/_-]+={0,2}$/.test(text) && Buffer.from(text, 'base64').length === 32, {
    message: 'is not 32 bytes in base64, as "openssl rand -base64 32" makes them',
  })
  .transform((text) => Buffer.from(text, 'base64'));

const seconds = (example: string): z.ZodType<number, string> =>
  z
    .string()
    .regex(/^\d+$/, { message: `is not a whole number of seconds like ${example}` })
    .transform(Number);

const wholeBetween = (least: number, most: number, example: string): z.ZodType<number, string> =>
  z
    .string()
    .refine((text) => /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most, {
      message: `is not a whole number from ${least} to ${most} like ${example}`,
    })
    .transform(Number);

const yesNo = z.enum(['true', 'false'], { message: 'is not "true" or "false"' }).transform((text) => text === 'true');

const size = z.string().transform((text, context) => {
  const bytes = parseBytes(text);
  if (bytes !== undefined) return bytes;
  context.addIssue({ code: 'custom', message: `is not a size like ${BYTES_FORMS}` });
  return z.NEVER;
});

/** The first administrator's password where none is set: everybody knows it. */
export const DEFAULT_ADMIN_PASSWORD = 'changeme';

const NETWORKS: readonly string[] = ['loopback', 'linklocal', 'uniquelocal'];

/** It stands in a configuration in which blanks separate words. */
const haproxyPath = z.string().regex(/^[A-Za-z0-9_./-]+$/, {
  message: 'is not a path like /etc/haproxy/deploy-svc of letters, digits, ".", "_", "-" and "/"',
});

/** A port to listen on; 0: any that is free. */
const port = z
  .string()
  .refine((text) => /^\d+$/.test(text) && Number(text) <= 65_535, { message: 'is not a port from 0 to 65535' })
  .transform(Number);

const DOMAIN = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

/** As Express reads `trust proxy`. */
function isProxy(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0) return NETWORKS.includes(text);
  return (
    rest.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)))
  );
}

/** Every setting, read from the environment. `.env.example` names the same ones, and a test compares the two. */
export const SETTINGS = z.object({
  DATABASE_URL: url(['postgres:', 'postgresql:'], 'postgres://user:password@host:5432/database').optional(),
  DATA_DIR: z.string().min(1).default('.data'),
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: port.default(11_337),
  ROLES: list
    .refine((roles) => roles.length > 0 && roles.every((role) => ['api', 'worker', 'gateway'].includes(role)), {
      message: 'is not a list of api, worker and gateway like "api,worker"',
    })
    .default(['api', 'worker', 'gateway']),
  CLUSTERS: list
    .refine((names) => names.every((name) => IDENTIFIER.test(name)), {
      message: `is not a list of clusters like "us-west1,us-east1" (each: ${IDENTIFIER_FORM})`,
    })
    .default([]),
  QUEUES: list
    .refine((names): names is QueueName[] => names.every((name) => Object.hasOwn(QUEUE_POLICIES, name)), {
      message: `is not a list of ${Object.keys(QUEUE_POLICIES).join(', ')}`,
    })
    .default([]),
  WATCH: yesNo.default(true),
  NODES: list.default(['auto']),
  CLUSTER: z.string().min(1).default('local-docker'),
  ZONE: z.string().default(''),
  ADMIN_SLUG: z
    .string()
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, { message: 'is not lower-case letters and digits separated by single dashes' })
    .default('1backend'),
  ADMIN_PASSWORD: z.string().min(1).default(DEFAULT_ADMIN_PASSWORD),
  TOKEN_LIFE: seconds('300').default(300),
  SESSION_LIFE: seconds('2592000').default(2_592_000),
  SERVER_URL: url(['http:', 'https:'], 'http://10.0.0.5:11337').optional(),
  SECRET_KEY: masterKey.optional(),
  SECRET_KEY_PREVIOUS: list.pipe(z.array(masterKey)).default([]),
  ENV_ALLOW: list
    .refine((names) => names.every((name) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)), {
      message: 'is not a list of names like DEPLOY_ENV,BUILD_NUMBER',
    })
    .default([]),
  ALLOW_HOST_PATHS: list
    .refine((paths) => paths.every((path) => path.startsWith('/') && pathProblem(path) === undefined), {
      message: 'is not a list of absolute paths like /srv/data,/var/lib/models, without "..", "//" or a "/" at the end',
    })
    .default([]),
  DOCKER_CERT_DIR: z.string().min(1).optional(),
  DOCKER_INSECURE_TCP: yesNo.default(false),
  CHECKPOINT_FILE: z.string().min(1).optional(),
  CHECKPOINT_WEBHOOK: url(['http:', 'https:'], 'https://audit.example.com/checkpoints').optional(),
  WEBHOOK_LINK_LOCAL: yesNo.default(false),
  AUTOSCALE_INTERVAL_SECONDS: seconds('5')
    .refine((value) => value >= 1 && value <= 60, { message: 'is not from 1 to 60 seconds' })
    .default(5),
  METRICS_TOKEN: z.string().min(16, { message: 'is shorter than 16 characters' }).optional(),
  METRICS_PORT: port.optional(),
  METRICS_HOST: z.string().min(1).default('127.0.0.1'),
  OTEL_TRACES_EXPORTER: z.enum(['none', 'otlp'], { message: 'is not "otlp" or "none"' }).optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: url(['http:', 'https:'], 'http://127.0.0.1:4318').optional(),
  OTEL_SERVICE_NAME: z.string().min(1).default('deploy-svc'),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .refine((text) => /^(0(\.\d+)?|1(\.0+)?)$/.test(text), { message: 'is not a share from 0 to 1 like 0.1' })
    .transform(Number)
    .default(1),
  REGISTRY_URL: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?(\/[a-z0-9]+([._-][a-z0-9]+)*)*$/, {
      message: 'is not the address of a registry like 10.0.0.5:5000 or registry.local/team, without https://',
    })
    .optional(),
  BUILD_TIMEOUT_SECONDS: wholeBetween(1, 6_000, '1800').default(1_800),
  BUILD_MEMORY: size.default(2 * 2 ** 30),
  BUILD_CONTEXT_MAX_BYTES: size.default(2 ** 30),
  BUILD_KEEP_SECONDS: seconds('86400').default(86_400),
  NODE_ENV: z.string().default('development'),
  ALLOW_INSECURE_DEFAULTS: yesNo.default(false),
  MAX_BODY_BYTES: wholeBetween(1_024, 2 ** 28, '1048576').default(2 ** 20),
  MAX_IN_FLIGHT: wholeBetween(1, 100_000, '512').default(512),
  MAX_STREAMS: wholeBetween(1, 100_000, '512').default(512),
  REQUEST_TIMEOUT_SECONDS: wholeBetween(1, 3_600, '30').default(30),
  TRUST_PROXY: list
    .refine((proxies) => proxies.every(isProxy), {
      message: 'is not a list of addresses and networks like loopback,10.0.0.0/8,192.168.1.7',
    })
    .default([]),
  GATEWAY_PORT: port.optional(),
  GATEWAY_HOST: z.string().min(1).optional(),
  GATEWAY_DOMAINS: list
    .refine((domains) => domains.every((domain) => DOMAIN.test(domain)), {
      message: 'is not a list of domains in lower case like apps.example.com,internal',
    })
    .default([]),
  GATEWAY_MAX_IN_FLIGHT: wholeBetween(1, 1_000_000, '10000').default(10_000),
  GATEWAY_CONNECT_TIMEOUT_SECONDS: wholeBetween(1, 60, '5').default(5),
  GATEWAY_HEADERS_TIMEOUT_SECONDS: wholeBetween(0, 3_600, '60').default(60),
  GATEWAY_IDLE_TIMEOUT_SECONDS: wholeBetween(0, 86_400, '300').default(300),
  GATEWAY_ACCESS_LOG: z.enum(ACCESS_LOGS, { message: `is not one of ${ACCESS_LOGS.join(', ')}` }).default('errors'),
  ROUTER: z
    .enum(['embedded', 'haproxy', 'caddy'], { message: 'is not one of embedded, haproxy, caddy' })
    .default('embedded'),
  HAPROXY_DIR: haproxyPath.optional(),
  HAPROXY_SOCKET: haproxyPath.optional(),
  HAPROXY_BACKENDS: wholeBetween(1, 10_000, '256').default(256),
  CADDY_ADMIN: url(['http:'], 'http://127.0.0.1:2019').default('http://127.0.0.1:2019'),
  LOG_LEVEL: z.enum(LOG_LEVELS, { message: `is not one of ${LOG_LEVELS.join(', ')}` }).default('info'),
});

export type Config = z.infer<typeof SETTINGS>;

/** A setting that stops the start: its name, its problem and the valid form. */
export class InvalidSettings extends Error {
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'InvalidSettings';
  }
}

/** Names of settings whose value must not be shown. */
const SECRET: readonly string[] = [
  'DATABASE_URL',
  'ADMIN_PASSWORD',
  'SECRET_KEY',
  'SECRET_KEY_PREVIOUS',
  'METRICS_TOKEN',
];

/** Reads the settings; an empty value counts as absent. Throws InvalidSettings with every problem at once. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const result = SETTINGS.safeParse(given);
  if (result.success) return result.data;
  throw new InvalidSettings(
    result.error.issues.map(({ path, message }) => {
      const name = String(path[0]);
      const value = SECRET.includes(name) ? '(not shown)' : JSON.stringify(given[name]);
      return `${name}=${value} ${message}; see .env.example`;
    }),
  );
}
