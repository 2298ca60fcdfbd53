import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const FILE = resolve(import.meta.dirname, '../../docker-compose.yml');

const service = z.object({
  image: z.string(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()),
  env_file: z.array(z.string()).optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).optional(),
  volumes: z.array(z.string()).optional(),
  group_add: z.array(z.string()).optional(),
  ports: z.array(z.string()).optional(),
  init: z.boolean().optional(),
  restart: z.string(),
  deploy: z.object({ replicas: z.int() }).optional(),
});
/** One service of the compose file, with what tests look at or start it from. */
export type ComposeService = z.infer<typeof service>;

const compose = z.object({ services: z.object({ postgres: service, api: service, worker: service }) });
export type Compose = z.infer<typeof compose>;

/** Reads docker-compose.yml as `docker compose` does, with these variables. Throws for `${NAME:?words}` without NAME. */
export async function readCompose(variables: Readonly<Record<string, string>>): Promise<Compose> {
  const tree: unknown = parse(await readFile(FILE, 'utf8'), { merge: true });
  return compose.parse(interpolate(tree, variables));
}

function interpolate(value: unknown, variables: Readonly<Record<string, string>>): unknown {
  if (typeof value === 'string') {
    return value.replaceAll(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name: string, kind?: string, words = '') => {
      const given = variables[name] ?? '';
      if (given !== '') return given;
      if (kind === '?') throw new Error(`required variable ${name} is missing a value: ${String(words)}`);
      return String(words);
    });
  }
  if (Array.isArray(value)) return value.map((one) => interpolate(one, variables));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, interpolate(one, variables)]));
}
