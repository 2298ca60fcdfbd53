import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';

import { render } from '../../scripts/docs/render.ts';
import { DOCUMENTS, SECTIONS } from '../../scripts/docs/sections.ts';
import { DEPLOYMENT_TRANSITIONS } from '../../src/domain/deployment/status.ts';
import { REPLICA_TRANSITIONS } from '../../src/domain/replica/status.ts';

const read = (name: string): string => readFileSync(resolve(import.meta.dirname, '../..', name), 'utf8');

test.each(DOCUMENTS)('the generated parts of %s are current (else: npm run docs)', async (name) => {
  expect(await render(read(name), SECTIONS)).toBe(read(name));
});

test('every generated part stands in a document', () => {
  const names = DOCUMENTS.flatMap((name) => [...read(name).matchAll(/<!-- generated: ([a-z ]+) -->/g)]).map(
    ([, name = '']) => name,
  );
  expect(names.toSorted()).toEqual(Object.keys(SECTIONS).toSorted());
});

test('the diagrams have one arrow for each transition', async () => {
  const arrows = async (name: string): Promise<number> => ((await SECTIONS[name]?.()) ?? '').match(/-->/g)?.length ?? 0;
  const replica = Object.values(REPLICA_TRANSITIONS).reduce((sum, { from }) => sum + from.length, 0);
  const deployment = Object.values(DEPLOYMENT_TRANSITIONS).reduce((sum, to) => sum + to.length, 1);
  expect([await arrows('replica states'), await arrows('deployment states')]).toEqual([replica, deployment]);
});

test('a stale part is made anew, and the rest stays as it is', async () => {
  const text = 'before\n<!-- generated: one -->\nold\n<!-- /generated -->\nafter';
  const made = await render(text, { one: async () => 'new' });
  expect(made).toBe('before\n<!-- generated: one -->\nnew\n<!-- /generated -->\nafter');
  const shell = await render(text, { one: async () => "$& $$ $' $`" });
  expect(shell).toContain("$& $$ $' $`");
  await expect(render(text, {})).rejects.toThrow('there is no generated part "one"');
  await expect(render('nothing', {})).rejects.toThrow('no generated part');
});
