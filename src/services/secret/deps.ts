import { ADMIN_ROLE, holds } from '../../api/contract/permissions.ts';
import type { Asker } from '../../domain/secret/decide.ts';
import type { Db } from '../../postgres/database.ts';
import type { EventStore } from '../../store/event-store.ts';
import type { KeyRing } from '../../vault/key-ring.ts';
import type { Vault } from '../../vault/vault.ts';
import type { Caller } from '../handler.ts';

export interface SecretDeps {
  readonly db: Db;
  readonly store: EventStore;
  readonly vault: Vault;
  readonly keys: KeyRing;
}

/** Who asks, as the decisions about secrets see them. */
export function askerOf(caller: Caller): Asker {
  return {
    slug: caller.slug,
    admin: caller.roles.includes(ADMIN_ROLE),
    anyName: holds(caller, 'secret-svc:secret:save-unprefixed'),
    maySave: (name) => holds(caller, `secret-svc:secret:save:${name}`),
  };
}
