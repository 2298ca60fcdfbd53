import { decideSaveConfig } from '../../domain/config/decide.ts';
import type { ConfigState } from '../../domain/config/evolve.ts';
import { configIdOf, configKeyOf, DEFAULT_BRANCH } from '../../domain/config/name.ts';
import { parseConfigSave } from '../../domain/config/parse.ts';
import { InvalidInput } from '../../domain/problem.ts';
import type { Db } from '../../postgres/database.ts';
import type { EventStore } from '../../store/event-store.ts';
import { carryOut } from '../carry-out.ts';
import type { Handlers, Reply, RequestOf } from '../handler.ts';
import { saverOf } from './saver.ts';
import { cursorOf, parseCursor, readVersions } from './versions.ts';
import { selectorOf, toConfig, toVersion } from './view.ts';

export type ConfigService = Handlers<'listConfigs' | 'saveConfig' | 'listConfigVersions'>;

export interface ConfigDeps {
  readonly store: EventStore;
  readonly db: Db;
}

/** Versions in one answer, unless the caller asks for another number. */
const PAGE = 20;

/** Config Svc: what services are set up with, per app and branch, with every version of it. Anybody may read it. */
export function configService(deps: ConfigDeps): ConfigService {
  return {
    listConfigs: (request) => listConfigs(deps, request),
    saveConfig: (request) => saveConfig(deps, request),
    listConfigVersions: (request) => listVersions(deps, request),
  };
}

async function listConfigs(
  { store }: ConfigDeps,
  { body, past }: RequestOf<'listConfigs'>,
): Promise<Reply<'listConfigs'>> {
  const all = body.scope === 'all';
  const ids = (body.ids ?? []).map(configIdOf);
  const rows = await (past ?? store).rows<ConfigState>('configs', {
    app_host: appHostOf(body),
    ...(all ? {} : { branch: body.branch || DEFAULT_BRANCH }),
    ...(ids.length === 0 ? {} : { config_id: ids }),
  });
  const selector = selectorOf(body.selector);
  const configs = rows.map(({ state }) => [all ? `${state.id}:${state.branch}` : state.id, toConfig(state, selector)]);
  return { body: { configs: Object.fromEntries(configs) as Reply<'listConfigs'>['body']['configs'] } };
}

async function saveConfig(deps: ConfigDeps, request: RequestOf<'saveConfig'>): Promise<Reply<'saveConfig'>> {
  const save = parseConfigSave(request.body);
  const name = { ...(await saverOf(deps.db, request, save)), branch: save.branch };
  const position = await carryOut<ConfigState>(deps.store, request, {
    kind: 'config',
    id: configKeyOf(name),
    decide: (state) => decideSaveConfig(state, name, save.change),
  });
  return { body: {}, position };
}

async function listVersions(
  { db }: ConfigDeps,
  { body, past }: RequestOf<'listConfigVersions'>,
): Promise<Reply<'listConfigVersions'>> {
  const limit = body.limit || PAGE;
  const versions = await readVersions(db, {
    appHost: appHostOf(body),
    branch: body.branch || DEFAULT_BRANCH,
    ids: (body.ids ?? []).map(configIdOf),
    versionIds: body.versionIds ?? [],
    after: body.afterJson ? parseCursor(body.afterJson) : undefined,
    until: past?.position,
    limit,
  });
  const selector = selectorOf(body.selector);
  const last = versions.length < limit ? undefined : versions.at(-1);
  return {
    body: {
      versions: versions.map((version) => toVersion(version, selector)),
      ...(last === undefined ? {} : { afterJson: cursorOf(last) }),
    },
  };
}

function appHostOf({ appHost }: { readonly appHost?: string | undefined }): string {
  if (appHost !== undefined && appHost !== '') return appHost;
  throw new InvalidInput([{ field: '', message: 'AppHost missing', hint: 'appHost: "unnamed" is the default app' }]);
}
