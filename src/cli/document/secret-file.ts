import { z } from 'zod';

import { secretInput, type SecretInput } from '../../api/contract/secret.ts';
import type { Problem } from '../../domain/problem.ts';
import { SECRET_NAME, SECRET_NAME_FORM } from '../../domain/secret/name.ts';
import { isObject } from '../json.ts';
import type { DocumentKind } from './load.ts';
import type { Schema } from './schema.ts';

/** Secret files: name and value, sealed or in the clear, and who may read and change them. */
export const secretFile: DocumentKind<SecretInput> = {
  schema: z.toJSONSchema(secretInput, { io: 'input' }) as Schema,
  normalise: (tree) => tree,
  judge: (value) => ({ value: value as unknown as SecretInput, problems: problemsOf(value) }),
};

/** What can be told without the server, which alone can open what is sealed. */
function problemsOf(value: unknown): readonly Problem[] {
  const id = isObject(value) ? value['id'] : undefined;
  if (typeof id !== 'string' || id === '') return [{ field: 'id', message: 'is required', hint: 'id: "db-password"' }];
  return SECRET_NAME.test(id) ? [] : [{ field: 'id', message: 'is no name of a secret', hint: SECRET_NAME_FORM }];
}
