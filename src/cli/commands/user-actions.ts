import type { UserRecord } from '../../api/contract/user-schemas.ts';
import { type Context, openContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { appKind } from '../kinds/app.ts';
import { userKind } from '../kinds/user.ts';
import type { ListingOptions } from '../list/options.ts';
import { runList } from '../list/run.ts';
import { ask } from '../prompt.ts';
import type { GlobalOptions } from '../session.ts';

/** Accounts asked for at once when all of them are wanted. */
const PAGE = 500;

interface UserListOptions extends ListingOptions {
  readonly userId?: string;
  readonly contactId?: string;
  readonly limit?: number;
}

/** Prints accounts. */
export async function listUsers(options: UserListOptions): Promise<void> {
  const context = await openContext(options);
  await runList(context, options, { kind: userKind, fetch: async () => fetchUsers(context, options) });
}

async function fetchUsers(
  context: Context,
  { userId, contactId, limit }: UserListOptions,
): Promise<readonly UserRecord[]> {
  const users: UserRecord[] = [];
  const query = {
    ...(userId === undefined ? {} : { ids: [userId] }),
    ...(contactId === undefined ? {} : { contactId }),
  };
  for (let afterTime: string | undefined; ;) {
    const page = { limit: Math.min(limit || PAGE, PAGE), ...(afterTime === undefined ? {} : { afterTime }) };
    const { body } = await context.call('list users', 'listUsers', { body: { ...query, ...page } });
    users.push(...body.users);
    const wanted = Math.min(limit || body.count, body.count);
    if (body.users.length === 0 || users.length >= wanted) return users.slice(0, wanted);
    afterTime = body.after;
  }
}

/** Asks for the present password and a new one, on a terminal twice; elsewhere they are the lines of standard input. Prints nothing. */
export async function changePassword(options: GlobalOptions): Promise<void> {
  const context = await openContext(options);
  const { terminal } = context;
  const currentPassword = await ask(terminal, 'Present password: ', { secret: true });
  const newPassword = await ask(terminal, 'New password: ', { secret: true });
  if (currentPassword === '' || newPassword === '') {
    throw new Failure('the present password and a new one are needed, on a line each', { exitCode: EXIT.usage });
  }
  if (terminal.stdin.isTTY && (await ask(terminal, 'New password, again: ', { secret: true })) !== newPassword) {
    throw new Failure('the new passwords differ; nothing was changed', { exitCode: EXIT.usage });
  }
  await context.call('change the password', 'changePassword', { body: { currentPassword, newPassword } });
}

/** Makes the app of a host, if it is new. Prints nothing. */
export async function saveApp(host: string, options: GlobalOptions): Promise<void> {
  const context = await openContext(options);
  await context.call(`save app ${host}`, 'readApp', { body: { host } });
}

/** Prints apps. */
export async function listApps(hosts: readonly string[], options: ListingOptions): Promise<void> {
  const context = await openContext(options);
  const query = hosts.length === 0 ? {} : { host: [...hosts] };
  await runList(context, options, {
    kind: appKind,
    fetch: async () => (await context.call('list apps', 'listApps', { body: query })).body.apps,
  });
}
