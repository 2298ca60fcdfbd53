import { expect, test } from 'vitest';

import { replica } from '../../test/support/replica.ts';
import type { ReplicaFailure } from '../domain/replica/events.ts';
import { censusOf } from './strategy/census.ts';
import { hopelessOf, verdictOf } from './verdict.ts';

const failure: ReplicaFailure = {
  kind: 'exit',
  message: 'container exited with code 1',
  lastLogs: ['listening', 'no DATABASE_URL'],
  terminal: false,
};

test('OK while exactly what is wanted is ready, and nothing else is there', () => {
  expect(verdictOf(censusOf([replica(0), replica(1)], 1), 2, [])).toEqual({ status: 'OK', details: '' });
  expect(verdictOf(censusOf([], 1), 0, [])).toEqual({ status: 'OK', details: '' });
  expect(verdictOf(censusOf([replica(0), replica(1)], 1), 1, [])).toMatchObject({ status: 'Deploying' });
});

test('Deploying says what it waits for, the reason first', () => {
  const all = [
    replica(0),
    replica(1, { status: 'Stopping' }),
    replica(0, { revision: 2, status: 'Created', failures: 1, failure }),
  ];
  expect(verdictOf(censusOf(all, 2), 3, ['2 replicas fit no node: node_1 cpu needs 1, has 500m free of 2'])).toEqual({
    status: 'Deploying',
    details:
      '2 replicas fit no node: node_1 cpu needs 1, has 500m free of 2; ' +
      'container exited with code 1: no DATABASE_URL (web-r2-0); 0/3 ready; 1 of earlier revisions to go; 1 stopping',
  });
});

test('Error after three failures in a row, with the last words of the worst', () => {
  const all = [
    replica(0, { status: 'Scheduled', failures: 3, failure }),
    replica(1, { status: 'Failed', failures: 2, failure: { ...failure, message: 'another' } }),
  ];
  expect(verdictOf(censusOf(all, 1), 2, [])).toEqual({
    status: 'Error',
    details: 'container exited with code 1: no DATABASE_URL (web-r1-0) (failed 3 times, tried again after 2 s)',
  });
});

test('Error with the reason and the next step once a restart budget is used up, however small it is', () => {
  const all = [replica(0), replica(1, { status: 'Failed', failures: 1, failure })];
  expect(verdictOf(censusOf(all, 1), 2, [], 1)).toEqual({
    status: 'Error',
    details:
      'restart budget of 1 used up: container exited with code 1: no DATABASE_URL (web-r1-1); ' +
      'save again, or oo deployment restart web',
  });
  expect(verdictOf(censusOf(all, 1), 2, [], 2)).toMatchObject({ status: 'Deploying' });
});

test('a replica that is out of service makes it Deploying, with the reason', () => {
  const unready = { reason: 'ready probe failed once: GET / on port 80 answered 503', silent: false };
  expect(verdictOf(censusOf([replica(0), replica(1, { status: 'Running', unready })], 1), 2, [])).toEqual({
    status: 'Deploying',
    details: `${unready.reason} (web-r1-1); 1/2 ready`,
  });
});

test('hopeless is only what failed for good in the latest revision', () => {
  const gone = { kind: 'image' as const, message: 'image web:9 does not exist', terminal: true };
  const all = [replica(0, { status: 'Failed', failure: gone }), replica(0, { revision: 2, status: 'Failed', failure })];
  expect(hopelessOf(censusOf(all, 2))).toBeUndefined();
  expect(hopelessOf(censusOf(all, 1))).toBe('image web:9 does not exist (web-r1-0)');
});
