import { expect, test } from 'vitest';

import { openSlots } from './slots.ts';

function three() {
  const woken: string[] = [];
  const slots = openSlots((id) => woken.push(id));
  for (const id of ['a', 'b', 'c']) slots.add(id);
  return { slots, woken };
}

test('of however many slots one looks', () => {
  const { slots, woken } = three();
  slots.look();
  slots.look();
  expect(woken).toEqual(['a', 'a']);
});

test('one that finds a job has the next one look, until all are busy; one whose job is over looks again', () => {
  const { slots, woken } = three();
  slots.begins('a');
  slots.begins('b');
  slots.begins('c');
  expect(woken).toEqual(['b', 'c']);
  slots.look();
  expect(woken).toEqual(['b', 'c']);
  slots.ends('b');
  slots.look();
  expect(woken).toEqual(['b', 'c', 'b', 'b']);
});
