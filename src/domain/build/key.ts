import { createHash } from 'node:crypto';

import canonicalize from 'canonicalize';

/** What the content of an image is a function of. */
export interface BuildKey {
  readonly url: string;
  readonly commit: string;
  readonly buildContext?: string | undefined;
  readonly containerFile?: string | undefined;
}

/** Characters of a digest that ids and names show. */
const SHOWN = 16;

/** The id of the build: the same for whoever asks for the same image. `build_` and 16 hexadecimal characters of a SHA-256. */
export function buildIdOf({ url, commit, buildContext, containerFile }: BuildKey): string {
  return `build_${digestOf({ url, commit, context: pathOf(buildContext), file: pathOf(containerFile) })}`;
}

/**
 * What the image is called: `deploy-svc/<repository>-<digest>:<commit>`, with `<registry>/` before it where there is one.
 * The digest tells apart what is built from the same commit in different ways, and the images of different installations.
 */
export function imageNameOf(
  { url, commit, buildContext, containerFile }: BuildKey,
  { installationId, registry }: { readonly installationId: string; readonly registry?: string | undefined },
): string {
  const name = url
    .replace(/\.git\/?$/, '')
    .replace(/^.*[/:]/, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 40);
  const digest = digestOf({ installationId, url, context: pathOf(buildContext), file: pathOf(containerFile) });
  const prefix = registry === undefined ? '' : `${registry}/`;
  return `${prefix}deploy-svc/${name === '' ? 'repository' : name.replace(/-$/, '')}-${digest.slice(0, 8)}:${commit}`;
}

/** `./a//b/` and `a/b` are the same place; the root of the repository is none. */
export function pathOf(path: string | undefined): string | undefined {
  const parts = (path ?? '').split('/').filter((part) => part !== '' && part !== '.');
  return parts.length === 0 ? undefined : parts.join('/');
}

/** The parts of it that there are, to be stored. */
export function presentKey({ url, commit, buildContext, containerFile }: BuildKey): BuildKey {
  return {
    url,
    commit,
    ...(buildContext === undefined ? {} : { buildContext }),
    ...(containerFile === undefined ? {} : { containerFile }),
  };
}

function digestOf(value: object): string {
  return createHash('sha256')
    .update(canonicalize(value) ?? '')
    .digest('hex')
    .slice(0, SHOWN);
}
