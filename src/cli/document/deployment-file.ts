import { z } from 'zod';

import { type DeploymentInput, deploymentInput } from '../../api/contract/deployment-input.ts';
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

/** A deployment as a file says it: always with its id. */
export type DeploymentFile = DeploymentInput & { readonly id: string };

/** Deployment files: the fields of a deployment. `status` and `details` are read over, so that a saved listing loads again. */
export const deploymentFile: DocumentKind<DeploymentFile> = {
  schema: z.toJSONSchema(deploymentInput, { io: 'input' }) as Schema,
  normalise: (tree) => tree,
  judge(value) {
    const nameless = isObject(value) && (value['id'] ?? '') === '';
    const problems = problemsOf(() => parseDeployment(value, ''));
    return { value: value as unknown as DeploymentFile, problems: nameless ? [NO_ID, ...problems] : problems };
  },
};
