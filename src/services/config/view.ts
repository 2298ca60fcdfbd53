import type { Config, ConfigVersion } from '../../api/contract/config-schemas.ts';
import type * as domain from '../../domain/config/evolve.ts';
import { configIdOf } from '../../domain/config/name.ts';
import { selectData } from '../../domain/config/select.ts';

/** Id -> the paths that are wanted of it. */
export type Selector = ReadonlyMap<string, readonly string[]>;

/** The selector with its ids as configs are kept under. */
export function selectorOf(given: Readonly<Record<string, readonly string[]>> | null | undefined): Selector {
  return new Map(Object.entries(given ?? {}).map(([id, paths]) => [configIdOf(id), paths]));
}

/** A config as the contract shows it. */
export function toConfig(state: domain.ConfigVersion, selector: Selector): Config {
  const paths = selector.get(state.id);
  return {
    id: state.id,
    appId: state.appId,
    branch: state.branch,
    createdAt: new Date(state.createdAt).toISOString(),
    updatedAt: new Date(state.updatedAt).toISOString(),
    data: paths === undefined ? state.data : selectData(state.data, paths),
    dataJson: '',
    version: state.versionId,
  };
}

/** A version as the contract shows it. */
export function toVersion(state: domain.ConfigVersion, selector: Selector): ConfigVersion {
  return { ...toConfig(state, selector), versionId: state.versionId };
}
