import { secretsReferredTo } from '../../domain/deployment/derive-template.ts';
import type { Snapshot } from '../../planner/snapshot.ts';
import type { Action } from '../../planner/plan.ts';

export interface Warning {
  readonly kind: 'definition' | 'secret' | 'image';
  readonly message: string;
}

/** What would be found missing only on the way. */
export function warningsOf(
  { deployment, definition, secrets = {}, images = {} }: Snapshot,
  actions: readonly Action[],
): readonly Warning[] {
  const { definitionId, spec } = deployment;
  const present = definition?.deleted === false ? definition : undefined;
  const named = secretsReferredTo(spec, present?.spec).filter((name) => !Object.hasOwn(secrets, name));
  const made = actions.flatMap((action) => (action.type === 'revise' ? action.template.image : []));
  return [
    ...(present === undefined
      ? [
          {
            kind: 'definition' as const,
            message: `definition ${definitionId} does not exist: oo definition save FILE`,
          },
        ]
      : []),
    ...named.map((name) => ({
      kind: 'secret' as const,
      message: `secret ${name} does not exist: oo secret save ${name} VALUE`,
    })),
    ...made
      .filter((image) => (images[image] ?? []).length === 0)
      .map((image) => ({
        kind: 'image' as const,
        message: `no node has had the image ${image} yet: whether it can be pulled is found out when it is started`,
      })),
  ];
}
