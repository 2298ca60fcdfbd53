import { z } from 'zod';

import { configInput } from './config-schemas.ts';
import { definitionInput } from './definition-input.ts';
import { deploymentFile } from './deployment-input.ts';
import { secretInput } from './secret.ts';

/** What `oo` saves from files, by the name that its schema and `oo explain` have. */
export const FILE_KINDS = {
  deployment: deploymentFile,
  definition: definitionInput,
  secret: secretInput,
  config: configInput,
} as const satisfies Record<string, z.ZodObject>;
export type FileKind = keyof typeof FILE_KINDS;

/** The part of JSON Schema (draft 2020-12) that these schemas are written in. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly title?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly deprecated?: boolean;
  readonly readOnly?: boolean;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly propertyNames?: JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  /** What the number or the text counts: `seconds`. */
  readonly 'x-unit'?: string;
  /** Fields of which exactly one is there. */
  readonly 'x-exactly-one-of'?: readonly string[];
}

/** The shape of that kind, nothing of it behind a reference but what contains itself. */
export function shapeOf(kind: FileKind): JsonSchema {
  return z.toJSONSchema(FILE_KINDS[kind], { io: 'input' }) as JsonSchema;
}
