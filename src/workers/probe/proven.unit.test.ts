import { expect, test } from 'vitest';

import { probePlanOf, type Probe } from '../../domain/probe/plan.ts';
import type { Finding } from './ask.ts';
import { askProven } from './proven.ts';

const started = { ports: [8080], healthcheck: false, answered: true };
const byDefault = probePlanOf(undefined, started).ready as Probe;
const written = probePlanOf({ ready: { tcp: {} } }, started).ready as Probe;
const passed: Finding = { passed: true };
const silent: Finding = { passed: false, reason: 'port 8080 accepts no connection within 1 s', silent: true };

async function found(probe: Probe, answers: readonly Finding[], proven: boolean): Promise<readonly unknown[]> {
  const left = [...answers];
  const asked = askProven(async () => left.shift(), proven);
  const results: unknown[] = [];
  for (const _ of answers) results.push(await asked(probe, new AbortController().signal));
  return results;
}

test('a port that nobody spoke of owes nothing before its first answer to this watch, and everything from then on', async () => {
  expect(await found(byDefault, [silent, silent, passed, silent], false)).toEqual([
    undefined,
    undefined,
    passed,
    silent,
  ]);
});

test('one that is out of service already, and a probe that somebody wrote, count from the beginning', async () => {
  expect(await found(byDefault, [silent, passed], true)).toEqual([silent, passed]);
  expect(await found(written, [silent, passed], false)).toEqual([silent, passed]);
});
