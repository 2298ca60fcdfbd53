import type { Secret } from '../../api/contract/secret.ts';
import { openContext, type Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { type ListedSecret, secretKind } from '../kinds/secret.ts';
import type { ListingOptions } from '../list/options.ts';
import { runList } from '../list/run.ts';
import { toYaml } from '../output.ts';
import type { GlobalOptions } from '../session.ts';
import { charactersOf } from '../text/width.ts';

/** Stars that stand for a value at most. */
const MOST_STARS = 32;

interface SecretListOptions extends ListingOptions {
  readonly show?: boolean;
  readonly allApps?: boolean;
  readonly verbose?: boolean;
}

/** Prints the secrets that the user may read; their values as stars unless they are asked for. */
export async function listSecrets(name: string | undefined, options: SecretListOptions): Promise<void> {
  if (options.show === true && options.at !== undefined) {
    throw new Failure('--show and --at exclude each other: values of the past are not kept', {
      exitCode: EXIT.usage,
      next: ['leave out --show: versions and fingerprints say when a value was another one'],
    });
  }
  const context = await openContext(options);
  const fetch = async (): Promise<readonly ListedSecret[]> => {
    const secrets = await fetchSecrets(context, name, options.allApps === true);
    const hosts = await hostsOf(context, secrets);
    return secrets.map((secret) => ({
      ...secret,
      appHost: hosts.get(secret.appId) ?? '',
      length: charactersOf(secret.value).length,
      value: options.show === true ? secret.value : stars(secret.value),
    }));
  };
  if (options.verbose === true) return void context.terminal.stdout.write(await toYaml(await fetch()));
  await runList(context, options, { kind: secretKind, fetch });
}

/** Prints secrets as YAML that `oo secret save` takes. */
export async function readSecrets(name: string | undefined, options: GlobalOptions): Promise<void> {
  const context = await openContext(options);
  const secrets = await fetchSecrets(context, name, false);
  if (name !== undefined && secrets.length === 0) {
    throw new Failure(`there is no secret ${name} that you may read`, {
      exitCode: EXIT.notFound,
      next: ['oo secret list', `oo secret save ${name}`],
    });
  }
  const documents = secrets.map(savable);
  context.terminal.stdout.write(await toYaml(name === undefined ? documents : documents[0]));
}

/** The secrets that the user may read, or the one of that name. */
export async function fetchSecrets(
  context: Context,
  name: string | undefined,
  allApps: boolean,
): Promise<readonly Secret[]> {
  const { body } = await context.call('list secrets', 'listSecrets', { body: { allApps, id: name ?? '' } });
  return body.secrets;
}

/** Without what belongs to the server, and without lists that name nobody. */
export function savable(secret: Secret): Record<string, unknown> {
  return Object.fromEntries(Object.entries(secret).filter(([field, value]) => field !== 'appId' && value !== null));
}

async function hostsOf(context: Context, secrets: readonly Secret[]): Promise<ReadonlyMap<string, string>> {
  if (secrets.length === 0) return new Map();
  const ids = [...new Set(secrets.map(({ appId }) => appId))];
  // Apps have no past: they are names that stay.
  const { body } = await context.call('list apps', 'listApps', { body: { ids } }, { at: undefined });
  return new Map(body.apps.map(({ id, host }) => [id, host]));
}

function stars(value: string): string {
  const { length } = charactersOf(value);
  return length > MOST_STARS ? `${'*'.repeat(MOST_STARS)}…` : '*'.repeat(length);
}
