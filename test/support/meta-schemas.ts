import { readdirSync, readFileSync } from 'node:fs';

import { type SchemaObject, validatorOf } from './json-schema.ts';

const FOLDER = new URL('../fixtures/meta-schemas/', import.meta.url);
const DRAFT = readdirSync(new URL('draft-2020-12/', FOLDER)).map((name) => read(`draft-2020-12/${name}`));

/** What is wrong with a JSON Schema of draft 2020-12, by the published schema of schemas. */
export const problemsOfSchema = validatorOf(DRAFT.find((each) => String(each['$id']).endsWith('/schema')) ?? false, {
  others: DRAFT,
});

/** What is wrong with an OpenAPI 3.1 document, by its published schema, which leaves the schemas in it to the other. */
export const problemsOfOpenApi = validatorOf(read('openapi-3.1.json'));

function read(name: string): SchemaObject {
  return JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as SchemaObject;
}
