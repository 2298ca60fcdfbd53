import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createClient } from '../../src/api/client.ts';
import { addressOf, type OperationName } from '../../src/api/contract/operations.ts';
import type { Permission } from '../../src/api/contract/permissions.ts';
import { userIdOf } from '../../src/domain/user/decide.ts';
import { sightOf } from '../../src/services/sight/sight.ts';
import { MARKERS, permissionWorld, type PermissionWorld } from './permission-world.ts';

/** Whom one permission and nothing else was given, beside what every account holds. */
const VIEWERS = {
  deployments: 'deploy-svc:deployment:view',
  nodes: 'registry-svc:node:view',
  users: 'user-svc:user:view',
  permits: 'user-svc:permit:view',
  enrolls: 'user-svc:enroll:view',
  routes: 'proxy-svc:route:view',
  containers: 'container-svc:container:view',
  auditor: 'deploy-svc:event:view',
} as const satisfies Record<string, Permission>;
type Viewer = keyof typeof VIEWERS | 'plain' | 'owner' | 'reader' | 'admin';
const WHO = [...(Object.keys(VIEWERS) as (keyof typeof VIEWERS)[]), 'plain', 'owner', 'reader', 'admin'] as const;

/** Everything that has a history, and who sees it; what everybody sees is not in the lists. */
const THINGS: Readonly<Record<string, { readonly stream: () => string; readonly seenBy: readonly Viewer[] | 'all' }>> =
  {
    deployment: { stream: () => 'deployment/depl-of-others', seenBy: ['deployments'] },
    definition: { stream: () => 'definition/def-of-others', seenBy: 'all' },
    node: { stream: () => `node/${world.nodeId}`, seenBy: ['nodes'] },
    instance: { stream: () => `instance/${world.instanceId}`, seenBy: ['owner'] },
    account: { stream: () => `user/${world.ownerId}`, seenBy: ['users', 'owner'] },
    permit: { stream: () => 'permit/permit-of-others', seenBy: ['permits'] },
    enroll: { stream: () => 'enroll/enroll-of-others', seenBy: ['enrolls', 'owner'] },
    route: { stream: () => `route/${MARKERS.route}.example`, seenBy: ['routes'] },
    'secret of the owner': { stream: () => 'secret/theirs.app/owner-secret', seenBy: ['owner'] },
    'secret of the administrator': { stream: () => 'secret/unnamed/admin-secret', seenBy: [] },
    'secret that is shared': { stream: () => 'secret/unnamed/shared-secret', seenBy: ['reader'] },
    config: { stream: () => 'config/theirs.app/owner/main', seenBy: 'all' },
    container: { stream: () => 'container/node-of-others/of-others', seenBy: ['containers'] },
  };

let world: PermissionWorld;
const tokens = new Map<Viewer, string>();
let firstOf: ReadonlyMap<string, number>;

beforeAll(async () => {
  world = await permissionWorld();
  const { api } = world;
  const login = async (slug: string): Promise<string> => {
    await api.register(slug);
    const body = { slug, password: `${slug}-password`, appHost: 'unnamed' };
    return (await api.anybody.call('login', { body })).body.token.token;
  };
  for (const [viewer, permission] of Object.entries(VIEWERS)) {
    tokens.set(viewer as Viewer, await login(`${viewer}-viewer`));
    await api.admin.call('savePermits', { body: { permits: [{ permission, slugs: [`${viewer}-viewer`] }] } });
  }
  tokens.set('reader', await login('reader'));
  const shared = { id: 'shared-secret', value: 'marked-shared', readers: ['reader'] };
  await api.admin.call('saveSecrets', { body: { secrets: [shared] } });
  tokens.set('plain', world.tokens.plain ?? '');
  tokens.set('admin', world.tokens.admin ?? '');
  tokens.set('owner', world.ownerToken);
  const { body } = await api.admin.call('listEvents', { query: { limit: 1000 } });
  firstOf = new Map(body.events.toReversed().map(({ stream, position }) => [stream, position]));
});
afterAll(() => world[Symbol.asyncDispose]());

const WHOLE: readonly Viewer[] = ['admin', 'auditor'];

function maySee(who: Viewer, thing: string): boolean {
  const seenBy = THINGS[thing]?.seenBy ?? [];
  return seenBy === 'all' || WHOLE.includes(who) || seenBy.includes(who);
}

async function ask(who: Viewer, name: OperationName, input: object): Promise<{ status: number; text: string }> {
  const { path } = addressOf(name);
  expect(path).not.toBe('');
  const client = createClient({ baseUrl: world.api.url, token: tokens.get(who) });
  const response = await fetch(client.request(name, input));
  return { status: response.status, text: await response.text() };
}

test('everything that has a stream is in the table', () => {
  const streams = Object.values(THINGS).map(({ stream }) => stream());
  expect(streams.filter((stream) => !firstOf.has(stream))).toEqual([]);
  const kinds = [...firstOf.keys()].map((stream) => stream.split('/')[0]);
  expect(new Set(streams.map((stream) => stream.split('/')[0]))).toEqual(new Set(kinds));
});

describe.each(WHO)('%s', (who) => {
  test('lists the events of what it may see, by any filter, and no others', async () => {
    const all = await ask(who, 'listEvents', { query: { limit: 1000 } });
    expect(all.status).toBe(200);
    const streams = new Set((JSON.parse(all.text) as { events: { stream: string }[] }).events.map((e) => e.stream));
    for (const [thing, { stream }] of Object.entries(THINGS)) {
      expect([thing, streams.has(stream())]).toEqual([thing, maySee(who, thing)]);
      const own = JSON.parse((await ask(who, 'listEvents', { query: { stream: stream() } })).text) as { events: [] };
      expect([thing, own.events.length > 0]).toEqual([thing, maySee(who, thing)]);
    }
  });

  test.each(['why', 'trace'] as const)('asks %s of what it may see alone', async (name) => {
    for (const [thing, { stream }] of Object.entries(THINGS)) {
      const position = String(firstOf.get(stream()));
      const params = name === 'why' ? { id: position } : { eventId: position };
      const { status, text } = await ask(who, name, { params });
      expect([thing, status]).toEqual([thing, maySee(who, thing) ? 200 : 401]);
      const hidden = Object.entries(THINGS).filter(([other]) => !maySee(who, other));
      const told = hidden.filter(([, { stream: place }]) => text.includes(`"${place()}"`));
      expect(told, `beside ${thing}`).toEqual([]);
    }
  });

  test.each([
    ['depl-of-others', 'deployment'],
    ['def-of-others', 'definition'],
    ['node-of-others', 'node'],
  ])('asks why %s is so, and has it described, where it may see one', async (id, thing) => {
    const why = await ask(who, 'why', { params: { id } });
    expect(why.status).toBe(maySee(who, thing) ? 200 : 401);
    // How it is now is another permission than how it came to be.
    const lives = who !== 'auditor' || thing === 'definition';
    const described = await ask(who, 'describe', { params: { id } });
    expect(described.status).toBe(maySee(who, thing) && lives ? 200 : 401);
  });

  test('reads history, diff, blame, why not and a report of deployments where it may see them', async () => {
    const may = maySee(who, 'deployment');
    const params = { id: 'depl-of-others' };
    const live = who !== 'auditor' && may;
    expect((await ask(who, 'deploymentHistory', { params })).status).toBe(live ? 200 : 401);
    expect((await ask(who, 'blameDeployment', { params })).status).toBe(live ? 200 : 401);
    expect((await ask(who, 'diffDeployment', { params })).status).toBe(live ? 409 : 401);
    expect((await ask(who, 'whyNot', { params })).status).toBe(may ? 200 : 401);
    const report = { params: { correlationId: 'depl-of-others' }, query: { of: 'deployment' } };
    const { status, text } = await ask(who, 'report', report);
    expect([status, text.includes(MARKERS.node)]).toEqual([may ? 200 : 404, false]);
  });

  test('exports and verifies the log where it may see all of it by a permission of its own', async () => {
    for (const name of ['exportLog', 'verifyLog', 'replayDecisions', 'listCheckpoints'] as const) {
      expect([name, (await ask(who, name, { query: {} })).status]).toEqual([name, who === 'admin' ? 200 : 401]);
    }
  });

  test('is given the same events as CloudEvents', async () => {
    const listed = JSON.parse((await ask(who, 'listEvents', { query: { limit: 1000 } })).text) as { events: Id[] };
    const batch = await ask(who, 'listEvents', { query: { limit: 1000, format: 'cloudevents' } });
    expect((JSON.parse(batch.text) as Id[]).map(({ id }) => id)).toEqual(listed.events.map(({ id }) => id));
  });

  test('follows what it lists', async () => {
    const listed = await ask(who, 'listEvents', { query: { limit: 1000 } });
    const { events, position } = JSON.parse(listed.text) as { events: { position: number }[]; position: number };
    const response = await fetch(`${world.api.url}/deploy-svc/events?until=${position}`, {
      headers: { accept: 'text/event-stream', authorization: `Bearer ${tokens.get(who)}` },
    });
    const ids = [...(await response.text()).matchAll(/^id: ?(\d+)$/gm)].map(([, id]) => Number(id));
    expect(ids).toEqual(events.map((event) => event.position));
  });
});

test('what is hidden and what is not there are refused in the same words', async () => {
  const said = await Promise.all(
    ['depl-of-others', 'no-such-thing-at-all'].map(async (id) => {
      const { status, text } = await ask('nodes', 'why', { params: { id } });
      return [
        status,
        text
          .replaceAll(id, 'ID')
          .replace(/; did you mean .*?\?/, '')
          .replace(/"correlationId":"[^"]*"/, ''),
      ];
    }),
  );
  expect(said[0]).toEqual(said[1]);
  expect(said[0]?.[1]).toContain('deploy-svc:deployment:view');
  // A guess names only what is seen.
  expect((await ask('plain', 'describe', { params: { id: 'depl-of-other' } })).text).not.toContain('depl-of-others');
});

test('what led to something and may not be seen is counted and left out', async () => {
  const all = JSON.parse((await ask('admin', 'why', { params: { id: 'depl-of-others' } })).text) as Told;
  const some = JSON.parse((await ask('deployments', 'why', { params: { id: 'depl-of-others' } })).text) as Told;
  expect(all.hidden).toBeUndefined();
  expect(some.sentences.length + (some.hidden ?? 0)).toBe(all.sentences.length);
});

interface Id {
  readonly id: string;
}

interface Told {
  readonly sentences: readonly object[];
  readonly hidden?: number;
}

test('a secret that somebody was made a reader of is seen from then on, and one that was taken back no more', async () => {
  const { admin } = world.api;
  const share = (readers: string[]): Promise<unknown> =>
    admin.call('saveSecrets', { body: { secrets: [{ id: 'admin-secret', readers }] } });
  const sees = async (): Promise<boolean> =>
    (await ask('plain', 'listEvents', { query: { limit: 1000 } })).text.includes('secret/unnamed/admin-secret');
  await share(['plain-user']);
  expect(await sees()).toBe(true);
  await share([]);
  expect(await sees()).toBe(false);
});

test('secrets as of a moment are those that the caller may read now, without values', async () => {
  const { admin } = world.api;
  const then = String((await admin.call('listEvents', { query: { type: 'None' } })).body.position);
  const idsFor = async (who: Viewer, at: string): Promise<readonly string[]> => {
    const client = createClient({ baseUrl: world.api.url, token: tokens.get(who) });
    const { secrets } = (await client.call('listSecrets', { body: {} }, { at })).body;
    expect(secrets.map(({ value }) => value).filter((value) => value !== '')).toEqual([]);
    return secrets.map(({ id }) => id);
  };
  expect([await idsFor('reader', then), await idsFor('plain', then), await idsFor('auditor', then)]).toEqual([
    ['shared-secret'],
    [],
    [],
  ]);
  expect(await idsFor('admin', then)).toEqual(['admin-secret', 'shared-secret']);
  await admin.call('saveSecrets', { body: { secrets: [{ id: 'shared-secret', readers: ['plain-user'] }] } });
  expect([await idsFor('reader', then), await idsFor('plain', then)]).toEqual([[], ['shared-secret']]);
});

test('whoever follows sees what is new and their own, though it was not there when they began', async () => {
  const caller = {
    userId: userIdOf('plain-user'),
    slug: 'plain-user',
    roles: ['user-svc:user'],
    permitted: [],
    appId: '',
    appHost: 'unnamed',
    tokenId: '',
  };
  const { store, database } = world.api;
  const plain = createClient({ baseUrl: world.api.url, token: tokens.get('plain') });
  const sight = await sightOf({ store, db: database.db }, caller);
  await plain.call('saveSecrets', {
    body: { secrets: [{ id: 'plain-user-new', value: 'v' }] },
  });
  await world.api.admin.call('saveSecrets', { body: { secrets: [{ id: 'not-theirs', value: 'v' }] } });
  const events = await store.read({ after: 0, limit: 2, last: true });
  expect(sight.seenOf(events)).toEqual([]);
  expect(await Promise.all(events.map((event) => sight.seesLater(event)))).toEqual([true, false]);
});
