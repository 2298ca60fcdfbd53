import { v7 as uuidv7 } from 'uuid';

import type { Config } from '../config.ts';
import type { Logger } from '../logger.ts';
import { registerNode } from '../services/registry/nodes.ts';
import type { EventStore } from '../store/event-store.ts';
import type { EnginePool } from '../workers/engine-pool.ts';
import { capacityOf } from './capacity.ts';

/** The engine that a machine has by itself. */
export const LOCAL_ENGINE = 'unix:///var/run/docker.sock';

/** Registers the nodes of NODES. `auto` is the machine's own engine, if it answers. */
export async function registerConfigured(
  config: Config,
  { store, engines, log }: { readonly store: EventStore; readonly engines: EnginePool; readonly log: Logger },
): Promise<void> {
  const context = { caller: undefined, correlationId: uuidv7(), idempotencyKey: undefined, address: '' };
  for (const name of config.NODES) {
    const automatic = name === 'auto';
    const url = automatic ? LOCAL_ENGINE : name;
    const place = { cluster: config.CLUSTER, ...(config.ZONE === '' ? {} : { zone: config.ZONE }) };
    try {
      const { id } = await registerNode(
        store,
        context,
        { url, ...place },
        async (at) => capacityOf(engines.at(at), log),
        'system',
      );
      log.info('node registered', { nodeId: id, url });
    } catch (error) {
      if (!automatic) throw error;
      log.info('no engine of its own on this machine; add nodes with "oo node add URL"', { error: String(error) });
    }
  }
}
