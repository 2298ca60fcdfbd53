import { z } from 'zod';

import { type ConfigInput, configInput } from '../../api/contract/config-schemas.ts';
import { parseConfigSave } from '../../domain/config/parse.ts';
import { problemsOf } from './judge.ts';
import type { DocumentKind } from './load.ts';
import type { Schema } from './schema.ts';

/** Config files: what a save of a config takes. One id may be there once for each app and branch. */
export const configFile: DocumentKind<ConfigInput> = {
  schema: z.toJSONSchema(configInput, { io: 'input' }) as Schema,
  normalise: (tree) => tree,
  judge: (value) => ({ value: value as unknown as ConfigInput, problems: problemsOf(() => parseConfigSave(value)) }),
  repeatsIds: true,
};
