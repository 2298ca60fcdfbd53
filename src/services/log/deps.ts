import type { Engine } from '../../engine/engine.ts';
import type { EventStore } from '../../store/event-store.ts';
import type { Vault } from '../../vault/vault.ts';

/** What reading output needs. */
export interface LogDeps {
  readonly store: EventStore;
  readonly engineAt: (url: string) => Engine;
  readonly vault: Pick<Vault, 'values'>;
  readonly installationId: string;
}
