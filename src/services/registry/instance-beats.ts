import type { Silence } from '../../domain/instance/silence.ts';
import { sql, type Db } from '../../postgres/database.ts';

/** When services last registered themselves anew: telemetry, beside the log. */
export interface InstanceBeats {
  /** The service was heard of just now. */
  beat(instanceId: string): Promise<void>;
  /** Id of an instance -> when it was last heard of, of those that ever were. */
  last(): Promise<ReadonlyMap<string, Date>>;
  /** Those with a rhythm that have been silent for longer than this, in milliseconds. */
  silentFor(ms: number): Promise<readonly (Silence & { readonly instanceId: string })[]>;
  /** The instance is gone. */
  forget(instanceId: string): Promise<void>;
}

/** The usual interval is an average of which each new one is a quarter; a silence counts as three of them at most. */
export function instanceBeats(db: Db): InstanceBeats {
  return {
    async beat(instanceId) {
      await sql`
        insert into instance_heartbeats as known (instance_id, at, beats) values (${instanceId}, now(), 1)
        on conflict (instance_id) do update set at = now(), beats = known.beats + 1, interval_ms =
          case when known.beats = 1 then extract(epoch from now() - known.at) * 1000
          else 0.75 * known.interval_ms
            + 0.25 * least(3 * known.interval_ms, extract(epoch from now() - known.at) * 1000) end
      `.execute(db);
    },
    async last() {
      const { rows } = await sql<{ instance_id: string; at: Date }>`
        select instance_id, at from instance_heartbeats
      `.execute(db);
      return new Map(rows.map(({ instance_id, at }) => [instance_id, at]));
    },
    async silentFor(ms) {
      const { rows } = await sql<{ instance_id: string; silent_ms: number; interval_ms: number }>`
        select instance_id, interval_ms, (extract(epoch from now() - at) * 1000)::float8 as silent_ms
        from instance_heartbeats where beats > 1 and at < now() - ${ms} * interval '1 millisecond'
      `.execute(db);
      return rows.map(({ instance_id, silent_ms, interval_ms }) => ({
        instanceId: instance_id,
        silentMs: silent_ms,
        intervalMs: interval_ms,
      }));
    },
    async forget(instanceId) {
      await sql`delete from instance_heartbeats where instance_id = ${instanceId}`.execute(db);
    },
  };
}
