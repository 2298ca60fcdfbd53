import type { Engine } from '../../engine/engine.ts';
import type { EventStore } from '../../store/event-store.ts';

/** What Container Svc works with. */
export interface ContainerDeps {
  readonly store: EventStore;
  readonly engineAt: (url: string) => Engine;
  /** Of the node on this machine. */
  readonly selfUrl: string;
  /** Which installation runs a container: several may share an engine. */
  readonly installationId: string;
  /** Where checkouts lie: nothing else of this machine is ever built from. */
  readonly checkouts: string;
}

/**
 * Labels of containers that were run by hand. Without the owner label, which replicas carry, no watcher takes one for
 * something of the fleet that is not wanted.
 */
export const HAND_LABEL = {
  /** The installation in which it was run. */
  installation: 'deploy-svc.by-hand',
  /** The caller's own. */
  hash: 'deploy-svc.hash',
  /** Of what was asked for; compared where the caller gives no hash. */
  fingerprint: 'deploy-svc.fingerprint',
} as const;
