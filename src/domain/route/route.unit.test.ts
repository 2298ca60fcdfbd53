import { expect, test } from 'vitest';

import { decideRemoveRoute, decideSaveRoute } from './decide.ts';
import { evolveRoute, type RouteEvent, type RouteState } from './evolve.ts';

const saved = (target: string): RouteEvent => ({ type: 'RouteSaved', data: { routeId: 'a.b', target } });
const removed: RouteEvent = { type: 'RouteRemoved', data: { routeId: 'a.b' } };
const given = (...events: readonly RouteEvent[]): RouteState | undefined =>
  events.reduce<RouteState | undefined>((state, event, index) => evolveRoute(state, event, index + 1), undefined);

test.each<[readonly RouteEvent[], string, readonly RouteEvent[]]>([
  [[], 'http://x', [saved('http://x')]],
  [[saved('http://x')], 'http://x', []],
  [[saved('http://x')], 'http://y', [saved('http://y')]],
  [[saved('http://x'), removed], 'http://x', [saved('http://x')]],
])('given %j, saving %s leads to %j', (before, target, expected) => {
  expect(decideSaveRoute(given(...before), { id: 'a.b', target })).toEqual(expected);
});

test('a removal removes what is there', () => {
  expect(decideRemoveRoute(given(saved('http://x')))).toEqual([removed]);
  expect(decideRemoveRoute(given(saved('http://x'), removed))).toEqual([]);
  expect(decideRemoveRoute(given())).toEqual([]);
  expect(given(saved('http://x'), removed, saved('http://y'))).toEqual({
    id: 'a.b',
    target: 'http://y',
    removed: false,
    createdAt: 1,
    updatedAt: 3,
  });
});
