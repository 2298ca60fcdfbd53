import { derivedId } from '../identifier.ts';
import { InvalidInput } from '../problem.ts';
import type { ConfigEvent, ConfigState } from './evolve.ts';
import { mergeData } from './merge.ts';
import { type ConfigName, configKeyOf } from './name.ts';
import type { ConfigChange } from './parse.ts';
import { removeFrom } from './remove.ts';

/** Characters of JSON that a config may grow to: every version of it is kept. */
export const MAX_DATA = 256 * 1024;

/** Every save is a version, also one that changes nothing. Throws InvalidInput when the config grows too large. */
export function decideSaveConfig(
  state: ConfigState | undefined,
  name: ConfigName & { readonly appId: string },
  { data, removals }: ConfigChange,
): ConfigEvent[] {
  const kept = removals.reduce(removeFrom, state?.data ?? {});
  const next = mergeData(kept, data);
  const size = JSON.stringify(next).length;
  if (size > MAX_DATA) {
    const message = `would make the config ${size} characters of JSON, and ${MAX_DATA} are the most`;
    throw new InvalidInput([{ field: 'data', message, hint: 'remove what is not needed, with patch' }]);
  }
  const configKey = configKeyOf(name);
  const versionId = derivedId('ver', `${configKey}@${(state?.saves ?? 0) + 1}`);
  const { appId, appHost, id, branch } = name;
  return [{ type: 'ConfigSaved', data: { configKey, appId, appHost, id, branch, versionId, data: next } }];
}
