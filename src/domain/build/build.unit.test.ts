import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { evolveBuild, isDue, type BuildEvent, type BuildState } from './evolve.ts';
import { buildIdOf, imageNameOf, pathOf, type BuildKey } from './key.ts';

const commit = fc
  .array(fc.constantFrom(...'0123456789abcdef'.split('')), { minLength: 40, maxLength: 40 })
  .map((of) => of.join(''));
const url = fc.oneof(
  fc.webUrl().map((text) => `${text}/Some_Repo.git`),
  fc.constantFrom('git@host.test:team/My-App.git', 'https://host/..git', 'https://host/ü/--x--.git', 'ssh://h/_'),
);
const path = fc.array(fc.constantFrom('a', 'b.c', 'Dockerfile'), { maxLength: 3 });

describe('a build', () => {
  test('is the same for whoever asks for the same, however paths are spelt, and another for anything else', () => {
    const spelt = (parts: readonly string[], dots: boolean): string =>
      `${dots ? './' : ''}${parts.join(dots ? '//' : '/')}${dots ? '/' : ''}`;
    fc.assert(
      fc.property(url, commit, path, path, commit, (from, of, context, file, other) => {
        const key = { url: from, commit: of, buildContext: spelt(context, false), containerFile: spelt(file, false) };
        const same = { url: from, commit: of, buildContext: spelt(context, true), containerFile: spelt(file, true) };
        expect(buildIdOf(same)).toBe(buildIdOf(key));
        expect(buildIdOf(key)).toMatch(/^build_[0-9a-f]{16}$/);
        const others: readonly BuildKey[] = [
          { ...key, url: `${from}x` },
          { ...key, buildContext: spelt([...context, 'z'], false) },
          { ...key, containerFile: spelt([...file, 'z'], false) },
          ...(other === of ? [] : [{ ...key, commit: other }]),
        ];
        for (const each of others) expect(buildIdOf(each)).not.toBe(buildIdOf(key));
      }),
    );
  });

  test('has an image whose name every engine takes, one for each build of an installation', () => {
    // https://github.com/distribution/reference: path components of lower-case letters and digits, single separators.
    const reference = /^([a-z0-9.-]+(:\d+)?\/)?deploy-svc\/[a-z0-9]+(-[a-z0-9]+)*:[0-9a-f]{40}$/;
    fc.assert(
      fc.property(url, commit, path, (from, of, context) => {
        const key = { url: from, commit: of, buildContext: context.join('/') };
        const name = imageNameOf(key, { installationId: 'one' });
        expect(name).toMatch(reference);
        expect(imageNameOf(key, { installationId: 'one', registry: '10.0.0.5:5000' })).toBe(`10.0.0.5:5000/${name}`);
        expect(imageNameOf(key, { installationId: 'two' })).not.toBe(name);
        expect(imageNameOf({ ...key, buildContext: `${context.join('/')}/z` }, { installationId: 'one' })).not.toBe(
          name,
        );
      }),
    );
  });

  test.each([
    [undefined, undefined],
    ['', undefined],
    ['.', undefined],
    ['./', undefined],
    ['a/./b//', 'a/b'],
  ])('the path %j is %j', (given, expected) => {
    expect(pathOf(given)).toBe(expected);
  });
});

describe('its stream', () => {
  const ids = { buildId: 'build_x' };
  const requested: BuildEvent = { type: 'BuildRequested', data: { ...ids, image: 'i:1', url: 'u', commit: 'c' } };
  const started: BuildEvent = { type: 'BuildStarted', data: { ...ids, nodeId: 'n1' } };
  const done = { ...ids, image: 'i:1', imageId: 'sha256:1', nodeId: 'n1', milliseconds: 5, pushed: false };
  const failed = (terminal: boolean): BuildEvent => {
    return { type: 'BuildFailed', data: { ...ids, reason: 'because', terminal, lastLogs: ['a'] } };
  };
  const after = (...events: readonly BuildEvent[]): BuildState | undefined =>
    events.reduce<BuildState | undefined>((state, event, index) => evolveBuild(state, event, index), undefined);

  test('is due until it has succeeded, or failed for good', () => {
    const due = (...events: readonly BuildEvent[]): boolean => isDue(after(requested, ...events) as BuildState);
    expect(due()).toBe(true);
    expect(due(started)).toBe(true);
    expect(due(started, failed(false))).toBe(true);
    expect(due(started, failed(true))).toBe(false);
    expect(due(started, { type: 'BuildSucceeded', data: done })).toBe(false);
    expect(due(started, failed(true), requested)).toBe(true);
  });

  test('forgets a failure when it is asked for again, and remembers where its layers are', () => {
    expect(after(requested, started, failed(true), requested)).toEqual({
      id: 'build_x',
      image: 'i:1',
      url: 'u',
      commit: 'c',
      status: 'Requested',
      requestedAt: 3,
      changedAt: 3,
      nodeId: 'n1',
    });
  });
});
