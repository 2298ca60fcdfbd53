import type { Subject } from '../../domain/access/grants.ts';
import type { UserState } from '../../domain/user/evolve.ts';

/** The account in an app, as grants are looked up for it. */
export function subjectOf({ id, slug, roles, contact }: UserState, appHost: string): Subject {
  return { userId: id, slug, roles, contactId: contact?.id, appHost };
}
