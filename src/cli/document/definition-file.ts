import { z } from 'zod';

import { definition, type Definition } from '../../api/contract/registry-schemas.ts';
import { normaliseDefinition } from './definition-dialects.ts';
import type { DocumentKind } from './load.ts';
import type { Schema } from './schema.ts';

/** Definition files, in today's spelling or one of the two older ones. */
export const definitionFile: DocumentKind<Definition> = {
  schema: z.toJSONSchema(definition, { io: 'input' }) as Schema,
  normalise: normaliseDefinition,
  judge: () => [],
};
