import { z } from 'zod';

import { type DeploymentInput, deploymentInput } from '../../api/contract/deploy-schemas.ts';
import { parseDeployment } from '../../domain/deployment/parse.ts';
import type { Problem } from '../../domain/problem.ts';
import { isObject } from '../json.ts';
import { problemsOf } from './judge.ts';
import type { DocumentKind } from './load.ts';
import type { Schema } from './schema.ts';

const NO_ID: Problem = {
  field: 'id',
  message: 'is required',
  hint: 'a later save of the file finds the deployment by it',
};

/** Deployment files: the fields of a deployment. `status` and `details` are read over, so that a saved listing loads again. */
export const deploymentFile: DocumentKind<DeploymentInput & { readonly id: string }> = {
  schema: z.toJSONSchema(deploymentInput, { io: 'input' }) as Schema,
  normalise: (tree) => tree,
  judge(value) {
    const nameless = isObject(value) && (value['id'] ?? '') === '';
    return [...(nameless ? [NO_ID] : []), ...problemsOf(() => parseDeployment(value, ''))];
  },
};
