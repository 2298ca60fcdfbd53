import { z } from 'zod';

import { type DefinitionInput, definitionInput } from '../../api/contract/definition-input.ts';
import { parseDefinition } from '../../domain/definition/parse.ts';
import { normaliseDefinition } from './definition-dialects.ts';
import { problemsOf } from './judge.ts';
import type { DocumentKind } from './load.ts';
import type { Schema } from './schema.ts';

/** Definition files, in today's spelling or one of the two older ones. */
export const definitionFile: DocumentKind<DefinitionInput> = {
  schema: z.toJSONSchema(definitionInput, { io: 'input' }) as Schema,
  normalise: normaliseDefinition,
  judge: (value) => ({
    value: value as unknown as DefinitionInput,
    problems: problemsOf(() => parseDefinition(value)),
  }),
};
