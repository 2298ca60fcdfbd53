import type { Db } from '../../postgres/database.ts';
import type { EventStore } from '../../store/event-store.ts';
import { replayDecisions } from '../../workers/plan/replay-decisions.ts';
import { readArchives } from '../../store/archives.ts';
import { readCheckpoints, readExport, readLogHead } from '../../store/audit.ts';
import type { KeyRing } from '../../vault/key-ring.ts';
import type { Handlers } from '../handler.ts';
import { auditKeysOf } from './keys.ts';
import { verifyPart } from './verify.ts';

export interface AuditPorts {
  readonly db: Db;
  readonly store: EventStore;
  readonly keys: KeyRing;
}

type Operation = 'verifyLog' | 'exportLog' | 'listCheckpoints' | 'listArchives' | 'auditKeys' | 'replayDecisions';

/** What proves the log to somebody who does not trust its keeper. */
export function auditService({ db, store, keys }: AuditPorts): Handlers<Operation> {
  const auditKeys = auditKeysOf(keys);
  return {
    async verifyLog({ query: { after, limit } }) {
      const { lastCheckpoint, fault, ...verified } = await verifyPart(db, auditKeys, after, limit);
      return {
        body: {
          ...verified,
          ...(lastCheckpoint === undefined ? {} : { lastCheckpoint }),
          ...(fault === undefined ? {} : { fault }),
        },
      };
    },
    async exportLog({ query: { after, limit } }) {
      const { position: head } = await readLogHead(db);
      return { body: { events: [...(await readExport(db, after, limit))], head } };
    },
    async listCheckpoints({ query: { after, limit } }) {
      return { body: { checkpoints: [...(await readCheckpoints(db, after, limit))] } };
    },
    async listArchives() {
      const archives = await readArchives(db);
      return { body: { archives: archives.map(({ at, ...each }) => ({ ...each, at: at.toISOString() })) } };
    },
    async replayDecisions({ query: { after, limit } }) {
      const { until, decisions, differences } = await replayDecisions(store, after, limit);
      return {
        body: {
          until,
          head: await store.head(),
          decisions,
          differences: differences.map(({ recorded, again, ...place }) => ({
            ...place,
            ...(recorded === undefined ? {} : { recorded }),
            ...(again === undefined ? {} : { again }),
          })),
        },
      };
    },
    async auditKeys() {
      const known = auditKeys.all.map(({ id, publicKey }, index) => ({ id, publicKey, current: index === 0 }));
      return { body: { keys: [...known] } };
    },
  };
}
