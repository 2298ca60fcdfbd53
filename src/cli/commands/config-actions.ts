import { openContext } from '../context.ts';
import { configFile } from '../document/config-file.ts';
import { loadDocuments } from '../document/load.ts';
import { saveAll } from '../document/save-all.ts';
import { configKind } from '../kinds/config.ts';
import type { ListingOptions } from '../list/options.ts';
import { runList } from '../list/run.ts';
import type { GlobalOptions } from '../session.ts';
import { DEFAULT_APP_HOST } from '../state/state.ts';

/** Saves every config in the files, or none when one of them is not valid. */
export async function saveConfigs(files: readonly string[], options: GlobalOptions): Promise<void> {
  const loaded = await loadDocuments(files, process.stdin, configFile);
  const context = await openContext(options);
  await saveAll(context, loaded, {
    noun: 'config',
    name: ({ id }) => id ?? 'of one’s own',
    send: (config) => context.client.call('saveConfig', { body: config }),
  });
}

/** Prints the configs of the app that one is in. */
export async function listConfigs(
  id: string | undefined,
  options: ListingOptions & { readonly branch?: string },
): Promise<void> {
  const context = await openContext(options);
  const user = context.environment.users?.[context.environment.selectedUser ?? ''];
  const appHost = options.appHost ?? user?.selectedAppHost ?? DEFAULT_APP_HOST;
  const query = {
    appHost,
    ...(id === undefined ? {} : { ids: [id] }),
    ...(options.branch === undefined ? {} : { branch: options.branch }),
  };
  await runList(context, options, {
    kind: configKind(appHost),
    fetch: async () => Object.values((await context.call('list configs', 'listConfigs', { body: query })).body.configs),
  });
}
