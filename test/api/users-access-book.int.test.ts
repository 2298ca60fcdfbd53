import { afterAll, beforeAll, expect, test } from 'vitest';

import type { PermitState } from '../../src/domain/permit/evolve.ts';
import { createAccessBook, GRANTS_BELIEVED_MS } from '../../src/services/user/access-book.ts';
import { command, testStore, type TestStore } from '../support/store.ts';

const ADA = { userId: 'usr_ada', slug: 'ada', contactId: undefined, roles: ['user-svc:user'], appHost: 'unnamed' };

let world: TestStore;
beforeAll(async () => {
  world = await testStore();
});
afterAll(() => world[Symbol.asyncDispose]());

let version = 0;
async function permit(permission: string): Promise<void> {
  const data = { permitId: 'p', appId: 'app_1', appHost: '*', permissions: [permission], slugs: ['ada'], roles: [] };
  await world.store.append(command('permit/p', version, [{ type: 'PermitSaved', data }]));
  version += 1;
}

test('what was read is believed for a second and no longer, and not at all once it is forgotten', async () => {
  let now = 0;
  const changed: string[] = [];
  const onUsersChanged = (ids: readonly string[]): void => void changed.push(...ids);
  const book = createAccessBook({ db: world.database.db, onUsersChanged, now: () => now });
  const permitted = async (): Promise<readonly string[]> => (await book.current()).standingOf(ADA).permitted;
  expect(await permitted()).toEqual([]);
  await permit('a:b:one');
  now += GRANTS_BELIEVED_MS - 1;
  expect(await permitted()).toEqual([]);
  now += 1;
  expect(await permitted()).toEqual(['a:b:one']);
  await permit('a:b:two');
  expect(await permitted()).toEqual(['a:b:one']);
  book.forget();
  expect(await permitted()).toEqual(['a:b:two']);

  const ada = { userId: 'usr_ada', slug: 'ada', roles: [] };
  await world.store.append(command('user/usr_ada', 0, [{ type: 'UserRegistered', data: ada }]));
  expect(changed).toEqual([]);
  now += GRANTS_BELIEVED_MS;
  await permitted();
  expect(changed).toEqual(['usr_ada']);
});

test('readings that overtake each other end with the newest, whichever comes back last', async () => {
  const book = createAccessBook({ db: world.database.db, onUsersChanged: () => undefined });
  for (let round = 0; round < 20; round += 1) {
    const wanted = `a:b:round-${round}`;
    const readings = [];
    for (let reader = 0; reader < 4; reader += 1) {
      book.forget();
      readings.push(book.current());
    }
    await permit(wanted);
    book.forget();
    const last = book.current();
    await Promise.all(readings);
    expect((await last).standingOf(ADA).permitted).toEqual([wanted]);
    expect((await book.current()).standingOf(ADA).permitted).toEqual([wanted]);
  }
  const [row] = await world.store.rows<PermitState>('permits');
  expect(row?.state.permissions).toEqual(['a:b:round-19']);
});
