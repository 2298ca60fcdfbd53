import { expect, test } from 'vitest';

import type { EventStore } from '../store/event-store.ts';
import { rememberTemplates } from './templates.ts';

const template = { image: 'web:1' };

/** A store whose reads give these answers, one after the other, and that counts them. */
function answering(...answers: readonly (() => unknown)[]) {
  const asked: string[] = [];
  const row = (async (_: string, id: string) => {
    asked.push(id);
    return answers[asked.length - 1]?.();
  }) as EventStore['row'];
  return { asked, row };
}

const found = () => ({ id: 'web@1', since: 1, version: 1, state: { template } });

test('a revision that many ask for is read once', async () => {
  const store = answering(found);
  const templates = rememberTemplates(store);
  const given = await Promise.all([templates('web', 1), templates('web', 1)]);
  expect([...given, await templates('web', 1)]).toEqual([template, template, template]);
  expect(store.asked).toEqual(['web@1']);
});

test('revisions are told apart', async () => {
  const store = answering(found, found, found);
  const templates = rememberTemplates(store);
  await Promise.all([templates('web', 1), templates('web', 2), templates('api', 1)]);
  expect(store.asked).toEqual(['web@1', 'web@2', 'api@1']);
});

test('neither an absence nor a failure is remembered', async () => {
  const fail = () => {
    throw new Error('the database is away');
  };
  const store = answering(() => undefined, fail, found);
  const templates = rememberTemplates(store);
  expect(await templates('web', 1)).toBeUndefined();
  await expect(templates('web', 1)).rejects.toThrow('the database is away');
  expect(await templates('web', 1)).toEqual(template);
  expect(await templates('web', 1)).toEqual(template);
  expect(store.asked).toHaveLength(3);
});

test('what is remembered is bounded', async () => {
  const store = answering(...Array.from({ length: 600 }, () => found));
  const templates = rememberTemplates(store);
  for (let revision = 1; revision <= 501; revision += 1) await templates('web', revision);
  await templates('web', 1);
  expect(store.asked.at(-1)).toBe('web@1');
});
