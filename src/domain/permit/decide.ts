import type { Granter } from '../access/granter.ts';
import { permissionsNotTheirs } from '../access/granter.ts';
import { InvalidInput } from '../problem.ts';
import { isSame } from '../same.ts';
import type { PermitEvent, PermitState } from './evolve.ts';
import type { PermitSave } from './parse.ts';

/** What a decision leads to; `refused` says why the asker may not. */
export type GrantDecision<Event> = { readonly events: readonly Event[] } | { readonly refused: string };

/**
 * A save that changes nothing is no event. Whoever changes a permit must be allowed to give both what it gave and what it
 * gives now. Throws InvalidInput for a new permit that names nobody; one that exists may be emptied.
 */
export function decideSavePermit(
  state: PermitState | undefined,
  save: PermitSave & { readonly appId: string },
  granter: Granter,
): GrantDecision<PermitEvent> {
  const before = state?.removed === false ? state : undefined;
  const refused = (before && foreign(before, granter)) ?? refusalOf(granter, save.permissions);
  if (refused !== undefined) return { refused };
  if (before === undefined && save.slugs.length + save.roles.length === 0) {
    const hint = 'slugs: ["my-svc"], roles: ["my-svc:editor"], or both';
    throw new InvalidInput([{ field: 'slugs', message: 'names nobody, and neither does roles', hint }]);
  }
  const { id: permitId, appId, appHost, permissions, slugs, roles } = save;
  const data = { permitId, appId, appHost, permissions: [...permissions], slugs: [...slugs], roles: [...roles] };
  const said = before && {
    permitId: before.id,
    appId: before.appId,
    appHost: before.appHost,
    permissions: before.permissions,
    slugs: before.slugs,
    roles: before.roles,
  };
  return { events: isSame(said, data) ? [] : [{ type: 'PermitSaved', data }] };
}

/** What does not exist is removed already. */
export function decideRemovePermit(state: PermitState | undefined, granter: Granter): GrantDecision<PermitEvent> {
  if (state === undefined || state.removed) return { events: [] };
  const refused = foreign(state, granter);
  return refused === undefined ? { events: [{ type: 'PermitRemoved', data: { permitId: state.id } }] } : { refused };
}

/** Who may not give what a permit gives learns nothing of it but its id. */
function foreign({ id, permissions }: PermitState, granter: Granter): string | undefined {
  if (permissionsNotTheirs(granter, permissions).length === 0) return undefined;
  return `${granter.slug} may not change permit ${id}: it neither owns nor holds what it gives`;
}

function refusalOf(granter: Granter, permissions: readonly string[]): string | undefined {
  const [first] = permissionsNotTheirs(granter, permissions);
  return first === undefined ? undefined : `${granter.slug} may not permit ${first}: it neither owns nor holds it`;
}
