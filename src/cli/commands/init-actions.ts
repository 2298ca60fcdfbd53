import { basename, resolve } from 'node:path';

import { parseDefinition } from '../../domain/definition/parse.ts';
import { problemsOf } from '../document/judge.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { definitionIdOf, definitionText, deploymentText, type Start } from '../init/files.ts';
import { writeNew } from '../init/write.ts';
import { type GlobalOptions, openSession } from '../session.ts';
import { processTerminal } from '../terminal.ts';

interface InitOptions extends GlobalOptions {
  readonly image?: string;
  readonly repository?: string;
  readonly port?: number;
  readonly name?: string;
}

/** What is run where nobody says what: small, and it answers. */
const EXAMPLE = { image: 'nginx:1.29', port: 80 } as const;
const USUAL_PORT = 8080;

/** Writes a definition and a deployment to start from, and says what to do with them. Asks no server. */
export async function init(folder: string, options: InitOptions): Promise<void> {
  const { environment } = await openSession(options);
  const start = startOf(folder, options, environment.url.replace(/\/+$/, ''));
  refuseBad(start);
  const paths = await writeNew(folder, {
    'definition.yaml': definitionText(start),
    'deployment.yaml': deploymentText(start),
  });
  const [definition = '', deployment = ''] = paths.map(forShell);
  const { stdout } = processTerminal();
  stdout.write(`${paths.map((path) => `wrote ${path}\n`).join('')}`);
  stdout.write(`  next: oo definition save ${definition}\n  next: oo deployment save ${deployment}\n`);
}

function startOf(folder: string, { image, repository, port, name }: InitOptions, server: string): Start {
  const source = repository === undefined ? { image: image ?? EXAMPLE.image } : { repository };
  const given = image !== undefined || repository !== undefined;
  return {
    name: name ?? nameOf(resolve(folder)),
    source,
    port: port ?? (given ? USUAL_PORT : EXAMPLE.port),
    server,
  };
}

/** The folder's own name, as far as an id can hold it. */
function nameOf(folder: string): string {
  const name = basename(folder)
    .replaceAll(/[^A-Za-z0-9_.-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40);
  return name === '' ? 'my-service' : name;
}

function refuseBad(start: Start): void {
  const ports = { internalPorts: [start.port] };
  const { source } = start;
  const body =
    'image' in source
      ? { image: { name: source.image, ...ports } }
      : { repository: { url: source.repository, ...ports } };
  // The deployment's id is the longer one.
  const id = `${definitionIdOf(start)}x`;
  const problems = problemsOf(() => parseDefinition({ id, ...body }));
  if (problems.length === 0) return;
  const details = problems.map(({ field, message, hint }) => {
    const option = field === 'id' ? '--name' : field.startsWith('image') ? '--image' : '--repository';
    return `${option}: ${field} ${message}${hint === undefined ? '' : ` (${hint})`}`;
  });
  const count = details.length === 1 ? '1 problem' : `${details.length} problems`;
  throw new Failure(`${count} to mend; nothing was written`, { exitCode: EXIT.usage, details });
}

function forShell(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
