import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';

import { extract } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { openBuildContext } from './build-context.ts';
import { parseIgnore } from './ignore.ts';

let root: string;
let directory: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'deploy-svc-context-'));
  directory = join(root, 'repo-x');
  await mkdir(join(directory, 'sub', 'deep'), { recursive: true });
  await writeFile(join(directory, 'Dockerfile'), 'FROM scratch\n');
  await writeFile(join(directory, 'sub', 'Other.dockerfile'), 'FROM other\n');
  await writeFile(join(directory, 'sub', 'deep', 'file'), 'x'.repeat(200_000));
});
afterEach(() => rm(root, { recursive: true }));

/** Name -> content, `-> target` of a link, `/` of a directory. */
async function entriesOf(containerFile?: string): Promise<Readonly<Record<string, string>>> {
  const entries: [string, string][] = [];
  const tar = Readable.from(await openBuildContext({ root, directory, containerFile }), { objectMode: false }).pipe(
    extract(),
  );
  for await (const entry of tar) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    const { name, type, linkname } = entry.header;
    const special = type === 'symlink' ? `-> ${linkname}` : '/';
    entries.push([name, type === 'file' ? Buffer.concat(chunks).toString() : special]);
  }
  return Object.fromEntries(entries);
}

describe('a build context', () => {
  test('has everything in the directory, links as links', async () => {
    await symlink('/etc/passwd', join(directory, 'link'));
    expect(await entriesOf()).toEqual({
      Dockerfile: 'FROM scratch\n',
      link: '-> /etc/passwd',
      sub: '/',
      'sub/Other.dockerfile': 'FROM other\n',
      'sub/deep': '/',
      'sub/deep/file': 'x'.repeat(200_000),
    });
  });

  test('has the container file that was named as its Dockerfile', async () => {
    expect((await entriesOf('sub/Other.dockerfile'))['Dockerfile']).toBe('FROM other\n');
  });

  test('leaves out what .dockerignore says', async () => {
    await writeFile(join(directory, '.dockerignore'), '# comment\nsub\n!sub/deep\n.dockerignore\n');
    expect(Object.keys(await entriesOf()).toSorted()).toEqual(['Dockerfile', 'sub/deep', 'sub/deep/file']);
  });

  test.each([
    ['..', 'Dockerfile', 'contextPath'],
    ['../../../../../../etc', 'Dockerfile', 'contextPath'],
    ['nowhere', 'Dockerfile', 'contextPath'],
    ['.', 'Dockerfile', 'contextPath'],
    ['fetching-x', 'Dockerfile', 'contextPath'],
    ['repo-x', '../../etc/passwd', 'dockerfilePath'],
    ['repo-x', 'missing', 'dockerfilePath'],
    ['repo-x', 'sub', 'dockerfilePath'],
    ['repo-x', 'zero', 'dockerfilePath'],
    ['repo-x', 'out', 'dockerfilePath'],
    ['linked', 'Dockerfile', 'contextPath'],
    ['x'.repeat(5_000), 'Dockerfile', 'contextPath'],
    ['repo-x', 'x'.repeat(5_000), 'dockerfilePath'],
    ['repo-x', 'loop', 'dockerfilePath'],
  ])('at %s with %s is refused', async (path, containerFile, field) => {
    await symlink('/etc/passwd', join(directory, 'out'));
    await symlink('/etc', join(root, 'linked'));
    await symlink('/dev/zero', join(directory, 'zero'));
    await symlink('loop', join(directory, 'loop'));
    await mkdir(join(root, 'fetching-x'));
    await writeFile(join(root, 'fetching-x', 'Dockerfile'), 'FROM scratch\n');
    await expect(openBuildContext({ root, directory: join(root, path), containerFile })).rejects.toThrow(`${field}: `);
  });

  test('reads no .dockerignore that is a link to a device', async () => {
    await symlink('/dev/zero', join(directory, '.dockerignore'));
    expect(Object.keys(await entriesOf())).toContain('sub/deep/file');
  });

  test('whose root is not there is refused', async () => {
    await expect(openBuildContext({ root: join(root, 'none'), directory })).rejects.toThrow('contextPath: ');
  });
});

describe('.dockerignore', () => {
  test.each([
    ['*.log', ['a.log'], ['a/b.log', 'alog']],
    ['**/*.log', ['a.log', 'a/b/c.log'], ['a.logs']],
    ['node_modules', ['node_modules', 'node_modules/a/b'], ['a/node_modules', 'node_modules2']],
    ['/build/', ['build', 'build/x'], ['a/build']],
    ['a?c', ['abc'], ['ac', 'a/c']],
    ['*', ['.git', 'a', 'a/b'], []],
    ['a.b+c', ['a.b+c'], ['aXb+c', 'a.bbc']],
    ['docs/**/x', ['docs/x', 'docs/a/b/x'], ['x']],
    ['*\n!keep\n!dir/in', ['a', 'dir/out'], ['keep', 'dir/in']],
  ])('%j ignores %j and not %j', (text, ignored, kept) => {
    const ignore = parseIgnore(text);
    expect([...ignored, ...kept].filter(ignore)).toEqual(ignored);
  });
});
