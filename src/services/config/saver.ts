import { holds } from '../../api/contract/permissions.ts';
import { configIdOf } from '../../domain/config/name.ts';
import type { ConfigSave } from '../../domain/config/parse.ts';
import { InvalidInput } from '../../domain/problem.ts';
import type { Db } from '../../postgres/database.ts';
import { callerOf, type RequestContext } from '../handler.ts';
import { Refusal } from '../refusal.ts';
import { readApp, readOrCreateApp } from '../user/apps.ts';

/** Whose config a save is for. */
export interface Saver {
  readonly appId: string;
  readonly appHost: string;
  readonly id: string;
}

/**
 * Everybody saves the config of their own name, in the app of their token. Whoever may act on behalf of others says the id,
 * and the app where it is another one. Throws Refusal 401 for anybody else who says either.
 */
export async function saverOf(db: Db, request: RequestContext, save: ConfigSave): Promise<Saver> {
  const caller = callerOf(request);
  const { slug, appId } = caller;
  if (holds(caller, 'config-svc:config:edit-on-behalf')) {
    if (save.id === undefined) {
      throw new InvalidInput([{ field: 'id', message: 'is required', hint: 'whose config it is: id: "my-svc"' }]);
    }
    const app = save.appHost === undefined ? await readApp(db, appId) : await readOrCreateApp(db, save.appHost);
    return { appId: app.id, appHost: app.host, id: save.id };
  }
  const given = (['appHost', 'id'] as const).filter((field) => save[field] !== undefined);
  if (given.length > 0) {
    throw new Refusal(401, `Unauthorized: ${slug} saves its own config alone: leave out ${given.join(' and ')}`);
  }
  const app = await readApp(db, appId);
  return { appId: app.id, appHost: app.host, id: configIdOf(slug) };
}
