import { z } from 'zod';

import { hypotheticalNode, type HypotheticalNodeInput } from '../../api/contract/plan.ts';
import { inputOf } from '../../domain/input.ts';
import { hypotheticalNodeOf } from '../../domain/node/parse-hypothetical.ts';
import type { Problem } from '../../domain/problem.ts';
import type { DocumentKind } from './load.ts';
import type { Schema } from './schema.ts';

/** Files of `--with-nodes`: nodes that there are not. */
export const hypotheticalNodeFile: DocumentKind<HypotheticalNodeInput> = {
  schema: z.toJSONSchema(hypotheticalNode, { io: 'input' }) as Schema,
  normalise: (tree) => tree,
  judge(value) {
    const problems: Problem[] = [];
    hypotheticalNodeOf(inputOf(value, problems));
    return { value: value as unknown as HypotheticalNodeInput, problems };
  },
};
