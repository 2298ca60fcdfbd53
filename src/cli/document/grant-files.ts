import { z } from 'zod';

import { type EnrollInput, enrollInput, type PermitInput, permitInput } from '../../api/contract/grant.ts';
import { enrollOf } from '../../domain/enroll/parse.ts';
import { type Input, inputOf } from '../../domain/input.ts';
import { permitOf } from '../../domain/permit/parse.ts';
import type { Problem } from '../../domain/problem.ts';
import { DEFAULT_APP_HOST } from '../state/state.ts';
import type { DocumentKind } from './load.ts';
import type { Schema } from './schema.ts';

/** Permit files: which permissions, and which slugs and roles hold them. */
export const permitFile: DocumentKind<PermitInput> = kindOf(permitInput, (input) => permitOf(input, DEFAULT_APP_HOST));

/** Enroll files: which role, and the account or the contact that has it. */
export const enrollFile: DocumentKind<EnrollInput> = kindOf(enrollInput, (input) => enrollOf(input, DEFAULT_APP_HOST));

/** A kind of document that is judged as the server judges it. */
export function kindOf<T>(schema: z.ZodType<T>, read: (input: Input) => unknown): DocumentKind<T> {
  return {
    schema: z.toJSONSchema(schema, { io: 'input' }) as Schema,
    normalise: (tree) => tree,
    judge(value) {
      const problems: Problem[] = [];
      read(inputOf(value, problems));
      return { value: value as unknown as T, problems };
    },
  };
}
