import { peerModule } from './peers.ts';

/** The part of emmett that is used here, as its own types describe it. */
export interface EmmettStore {
  appendToStream(
    stream: string,
    events: readonly EmmettEvent[],
    options: { readonly expectedStreamVersion: 'STREAM_DOES_NOT_EXIST' },
  ): Promise<unknown>;
  readonly schema: { migrate(): Promise<unknown> };
  close(): Promise<void>;
}

export interface EmmettEvent {
  readonly type: string;
  readonly data: object;
  readonly metadata: object;
}

interface EmmettModule {
  getPostgreSQLEventStore(url: string, options: object): EmmettStore;
}

/** An emmett store whose schema is there. */
export async function openEmmett(url: string): Promise<EmmettStore> {
  const emmett = await peerModule<EmmettModule>('@event-driven-io/emmett-postgresql');
  const store = emmett.getPostgreSQLEventStore(url, {});
  await store.schema.migrate();
  return store;
}
