import type { Problem } from '../problem.ts';
import type { Volume } from './settings.ts';

/** What is wrong with an absolute path, if anything. Links on the node are not seen from here. */
export function pathProblem(path: string): string | undefined {
  const parts = path.split('/').slice(1);
  if (parts.includes('..') || parts.includes('.')) return 'has "." or ".." in it';
  if (path !== '/' && parts.includes('')) return 'has an empty part: no "//", and no "/" at the end';
  return undefined;
}

/**
 * Volumes that are paths of the node outside of the allowed prefixes. Whoever mounts a node's path is root there (the
 * engine's socket is one such path), so none is allowed until ALLOW_HOST_PATHS lists it.
 */
export function hostPathProblems(volumes: readonly Volume[] | undefined, allowed: readonly string[]): Problem[] {
  return (volumes ?? []).flatMap(({ source }, index) => {
    if (!source.startsWith('/') || allowed.some((prefix) => isUnder(source, prefix))) return [];
    const listed = allowed.length === 0 ? 'which is empty' : `which lists ${allowed.join(', ')}`;
    return [
      {
        field: `volumes[${index}].source`,
        message: `${source} is a path of the node outside of the setting ALLOW_HOST_PATHS, ${listed}`,
        hint: 'use a named volume, or have the operator list a prefix: whoever mounts a path of the node is root there',
      },
    ];
  });
}

function isUnder(path: string, prefix: string): boolean {
  return prefix === '/' || path === prefix || path.startsWith(`${prefix}/`);
}
