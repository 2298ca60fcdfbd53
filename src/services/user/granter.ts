import { ADMIN_ROLE, heldBy, holds } from '../../api/contract/permissions.ts';
import type { Granter } from '../../domain/access/granter.ts';
import type { GrantDecision } from '../../domain/permit/decide.ts';
import type { Caller } from '../handler.ts';
import { Refusal } from '../refusal.ts';

/** The caller, as decisions about permits and enrolls see them. */
export function granterOf(caller: Caller, what: 'permit' | 'enroll'): Granter {
  return {
    slug: caller.slug,
    admin: caller.roles.includes(ADMIN_ROLE),
    passesOn: holds(caller, `user-svc:${what}:edit`),
    permissions: heldBy(caller),
    roles: caller.roles,
  };
}

/** The events of a decision. Throws Refusal 401 for what the caller may not do. */
export function eventsOf<Event>(decision: GrantDecision<Event>): readonly Event[] {
  if ('refused' in decision) throw new Refusal(401, `Unauthorized: ${decision.refused}`);
  return decision.events;
}
