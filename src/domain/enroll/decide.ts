import { type Granter, mayEnroll, PRODUCT_NAMESPACES } from '../access/granter.ts';
import type { GrantDecision } from '../permit/decide.ts';
import { namespaceOf } from '../permit/pattern.ts';
import { InvalidInput } from '../problem.ts';
import { isSame } from '../same.ts';
import type { EnrollEvent, EnrollState } from './evolve.ts';
import type { EnrollSave } from './parse.ts';

/**
 * A save that changes nothing is no event. Whoever changes an enroll must be allowed to give both the role that it gave and
 * the one that it gives now. Throws InvalidInput for a role of the product's own that is to go to a contact.
 */
export function decideSaveEnroll(
  state: EnrollState | undefined,
  save: EnrollSave & { readonly appId: string },
  granter: Granter,
): GrantDecision<EnrollEvent> {
  const before = state?.removed === false ? state : undefined;
  const refused = (before && foreign(before, granter)) ?? refusalOf(granter, save.role);
  if (refused !== undefined) return { refused };
  // A contact is what an account says of itself, and nobody verifies it: whoever says it first would be administrator.
  if (save.contactId !== undefined && PRODUCT_NAMESPACES.includes(namespaceOf(save.role))) {
    const hint = 'enroll the account, with userId: oo user list --contactId ' + save.contactId;
    throw new InvalidInput([
      { field: 'contactId', message: `cannot have ${save.role}: contacts are not verified`, hint },
    ]);
  }
  const { id: enrollId, appId, appHost, role, userId, contactId } = save;
  const data = { enrollId, appId, appHost, role, userId, contactId };
  const said = before && {
    enrollId: before.id,
    appId: before.appId,
    appHost: before.appHost,
    role: before.role,
    userId: before.userId,
    contactId: before.contactId,
  };
  return { events: isSame(said, data) ? [] : [{ type: 'EnrollSaved', data }] };
}

/** What does not exist is removed already. */
export function decideRemoveEnroll(state: EnrollState | undefined, granter: Granter): GrantDecision<EnrollEvent> {
  if (state === undefined || state.removed) return { events: [] };
  const refused = foreign(state, granter);
  return refused === undefined ? { events: [{ type: 'EnrollRemoved', data: { enrollId: state.id } }] } : { refused };
}

/** Who may not give the role of an enroll learns nothing of it but its id. */
function foreign({ id, role }: EnrollState, granter: Granter): string | undefined {
  if (mayEnroll(granter, role)) return undefined;
  return `${granter.slug} may not change enroll ${id}: it neither owns nor holds its role`;
}

function refusalOf(granter: Granter, role: string): string | undefined {
  if (mayEnroll(granter, role)) return undefined;
  return `${granter.slug} may not enroll anybody in ${role}: it neither owns nor holds it`;
}
