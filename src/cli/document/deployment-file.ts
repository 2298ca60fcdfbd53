import { z } from 'zod';

import { deploymentInput } from '../../api/contract/deploy-schemas.ts';
import type { DocumentKind } from './load.ts';
import type { Schema } from './schema.ts';

/** A file must say its id: without one every save would make another deployment. */
const fileSchema = deploymentInput.required({ id: true });

/** Deployment files: the fields of a deployment. `status` and `details` are read over, so that a saved listing loads again. */
export const deploymentFile: DocumentKind<z.infer<typeof fileSchema>> = {
  schema: z.toJSONSchema(fileSchema, { io: 'input' }) as Schema,
  normalise: (tree) => tree,
  judge: () => [],
};
