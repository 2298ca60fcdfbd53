import { describe, expect, test } from 'vitest';

import { parseDefinition } from '../definition/parse.ts';
import { decideSaveDeployment } from './decide.ts';
import { decideRestart } from './decide-rollout.ts';
import { evolveDeployment, type DeploymentEvent, type DeploymentState } from './evolve.ts';

const spec = { id: 'web', definitionId: 'def', replicas: 1 };
const commit = 'c'.repeat(40);
const asked = (version?: string): DeploymentEvent => ({
  type: 'SourceAsked',
  data: { deploymentId: 'web', ask: 1, repository: { url: 'u', ...(version === undefined ? {} : { version }) } },
});
const resolved = (ask = 1, buildId = 'build_1'): DeploymentEvent => ({
  type: 'SourceResolved',
  data: { deploymentId: 'web', ask, commit, buildId, image: 'i:1' },
});
const revised: DeploymentEvent = {
  type: 'RevisionCreated',
  data: {
    deploymentId: 'web',
    revision: 1,
    template: { definitionId: 'def', image: 'i:1', build: { id: 'build_1', commit }, ports: [], env: {} },
    fingerprint: 'f',
  },
};
const status = (next: 'OK' | 'Error'): DeploymentEvent => ({
  type: 'DeploymentStatusChanged',
  data: { deploymentId: 'web', status: next, details: '' },
});
const saved: DeploymentEvent = { type: 'DeploymentSaved', data: { deploymentId: 'web', spec } };

function after(...events: readonly DeploymentEvent[]): DeploymentState {
  const state = [saved, ...events].reduce<DeploymentState | undefined>(
    (present, event, index) => evolveDeployment(present, event, index),
    undefined,
  );
  if (state === undefined) throw new Error('there is no deployment');
  return state;
}

describe('the repository of a deployment', () => {
  test('is asked anew by a save of the same, where the version may move', () => {
    for (const version of [undefined, 'main', 'v1']) {
      const state = after(asked(version), resolved(), revised, status('OK'));
      const [event] = decideSaveDeployment(state, spec);
      expect(event).toMatchObject({ type: 'DeploymentSaved' });
      expect(evolveDeployment(state, saved, 9)?.source).toMatchObject({ stale: true, resolved: { commit } });
    }
  });

  test('is not asked about a commit that is built: that stays what it is', () => {
    const state = after(asked(commit), resolved(), revised, status('OK'));
    expect(decideSaveDeployment(state, spec)).toEqual([]);
    expect(evolveDeployment(state, saved, 9)?.source?.stale).toBe(false);
  });

  test('is asked about a commit that could not be built', () => {
    const state = after(asked(commit), resolved(), status('Error'));
    expect(decideSaveDeployment(state, spec)).toHaveLength(1);
    expect(evolveDeployment(state, saved, 9)?.source?.stale).toBe(true);
  });

  test('is not asked by another count', () => {
    const state = after(asked(), resolved(), revised, status('OK'));
    const scaled: DeploymentEvent = {
      type: 'DeploymentSaved',
      data: { deploymentId: 'web', spec: { ...spec, replicas: 3 }, scaled: true },
    };
    expect(evolveDeployment(state, scaled, 9)?.source?.stale).toBe(false);
  });

  test('is not asked by a restart of what runs, but by one that waits for what cannot be built', () => {
    const restart = (state: DeploymentState): DeploymentState | undefined =>
      decideRestart(state, { id: 'web', by: 'user/x', now: false }).reduce<DeploymentState | undefined>(
        (present, event) => evolveDeployment(present, event, 9),
        state,
      );
    expect(restart(after(asked(), resolved(), revised, status('OK')))?.source?.stale).toBe(false);
    const other = after(asked(), resolved(1, 'build_2'), revised, status('Error'));
    expect(restart(other)?.source?.stale).toBe(true);
  });

  test('takes no answer to an earlier question', () => {
    const late = after(asked(), {
      type: 'SourceAsked',
      data: { deploymentId: 'web', ask: 2, repository: { url: 'u' } },
    });
    expect(evolveDeployment(late, resolved(1), 9)?.source?.resolved).toBeUndefined();
    expect(evolveDeployment(late, resolved(2), 9)?.source?.resolved).toMatchObject({ commit });
    const failed = (ask: number): DeploymentEvent => ({
      type: 'SourceFailed',
      data: { deploymentId: 'web', ask, reason: 'away', terminal: false },
    });
    expect(evolveDeployment(late, failed(1), 9)?.source?.failure).toBeUndefined();
    expect(evolveDeployment(late, failed(2), 9)?.source?.failure).toEqual({ reason: 'away', terminal: false });
  });
});

describe('repository.credentials', () => {
  const parse = (credentials: unknown): string | undefined =>
    parseDefinition({ id: 'd', repository: { url: 'https://h/r.git', internalPorts: [80], credentials } }).repository
      ?.credentials;

  test('is the name of a secret', () => {
    expect(parse('{{secret:git-token}}')).toBe('git-token');
    expect(parse(undefined)).toBeUndefined();
  });

  test.each(['ghp_0123456789', '{{env:TOKEN}}', '{{secret:}}', 'x {{secret:a}}'])(
    '%j is refused, and not shown',
    (text) => {
      expect(() => parse(text)).toThrow(/^repository\.credentials: does not refer to a secret/);
      expect(() => parse(text)).not.toThrow(text);
    },
  );
});
