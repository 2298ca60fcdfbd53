import type { EventOf } from '../event.ts';
import type { JsonObject } from './data.ts';
import type { ConfigName } from './name.ts';

export type ConfigEvent = EventOf<'ConfigSaved'>;

export interface ConfigState extends ConfigName {
  readonly appId: string;
  /** Saves so far. */
  readonly saves: number;
  /** Of the last save. */
  readonly versionId: string;
  readonly data: JsonObject;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** What a config was after one save. */
export type ConfigVersion = Omit<ConfigState, 'saves'>;

/** One event further. `at`: milliseconds since the epoch. */
export function evolveConfig(state: ConfigState | undefined, event: ConfigEvent, at: number): ConfigState {
  return { ...versionOf(event, at), createdAt: state?.createdAt ?? at, saves: (state?.saves ?? 0) + 1 };
}

/** The version that a save made. */
export function versionOf({ data: saved }: ConfigEvent, at: number): ConfigVersion {
  const { appId, appHost, id, branch, versionId, data } = saved;
  return { appId, appHost, id, branch, versionId, data, createdAt: at, updatedAt: at };
}
