import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { type Response, Router } from 'express';

import { nearest } from '../../domain/nearest.ts';
import { NotFound } from '../../domain/problem.ts';
import { FILE_KINDS, type FileKind } from '../contract/file-kinds.ts';
import { DOCS_PAGE, DOCS_POLICY, DOCS_START, VIEWER_FILES, viewerFolder } from './docs-page.ts';
import { editorSchema } from './editor-schema.ts';
import { openApiDocument } from './openapi.ts';

/** What is made once, at its first use, with the tag by which a client says that it has it. */
interface Page {
  readonly bytes: Buffer;
  readonly tag: string;
}

const KINDS = Object.keys(FILE_KINDS) as FileKind[];
const HTML = 'text/html; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';

/** What the API says of itself, to anybody: the OpenAPI document, the page that shows it, the schemas of files. */
export function referenceRoutes(): Router {
  const router = Router();
  const document = once(() => json(openApiDocument()));
  const index = once(() => json({ schemas: KINDS.map(entryOf) }));
  const schemas = new Map(KINDS.map((kind) => [`${kind}.json`, once(() => json(editorSchema(kind)))]));
  router.get('/openapi.json', (_, response) => answer(response, document()));
  router.get('/schemas', (_, response) => answer(response, index()));
  router.get('/schemas/:file', ({ params: { file } }, response) => {
    const schema = schemas.get(file);
    if (schema === undefined) throw new NotFound(unknownSchema(file));
    answer(response, schema());
  });
  addDocs(router);
  return router;
}

function addDocs(router: Router): void {
  const page = once(() => pageOf(DOCS_PAGE));
  const start = once(() => pageOf(DOCS_START));
  router.get('/docs', (_, response) => {
    response.set('Content-Security-Policy', DOCS_POLICY);
    answer(response, page(), HTML);
  });
  router.get('/docs/start.js', (_, response) => answer(response, start(), SCRIPT));
  for (const [name, type] of Object.entries(VIEWER_FILES)) {
    const file = once(() => pageOf(readFileSync(join(viewerFolder(), name))));
    router.get(`/docs/${name}`, (_, response) => answer(response, file(), type));
  }
}

function entryOf(kind: FileKind): Readonly<Record<string, string>> {
  return { kind, url: `/schemas/${kind}.json`, description: FILE_KINDS[kind].meta()?.description ?? '' };
}

function unknownSchema(file: string): string {
  const meant = nearest(file.replace(/\.json$/, ''), KINDS);
  const paths = (meant === undefined ? KINDS : [meant]).map((kind) => `/schemas/${kind}.json`);
  return `there is no schema ${file}; there is ${paths.join(', ')}`;
}

/** 304 where the client has it already. */
function answer(response: Response, { bytes, tag }: Page, type = 'application/json'): void {
  response.set({ 'Content-Type': type, ETag: tag, 'Cache-Control': 'no-cache' }).send(bytes);
}

function json(value: unknown): Page {
  return pageOf(JSON.stringify(value));
}

function pageOf(content: string | Buffer): Page {
  return { bytes: Buffer.from(content), tag: `"${createHash('sha256').update(content).digest('base64url')}"` };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
