import type { Db } from '../../postgres/database.ts';
import type { EventStore } from '../../store/event-store.ts';
import type { Vault } from '../../vault/vault.ts';

/** What the service of webhooks stands on. */
export interface WebhookPorts {
  readonly db: Db;
  readonly store: EventStore;
  readonly vault: Vault;
  readonly installationId: string;
  readonly now: () => Date;
  /** Also to addresses of the link and of metadata services. */
  readonly linkLocal: boolean;
}
