import { createHash } from 'node:crypto';

import type { Input } from '../input.ts';
import { booleanOf, judgeTarget } from './parse-settings.ts';
import type { Volume } from './settings.ts';

/** A folder of a container that is there again when another container takes its place. */
export interface Keep {
  /** Absolute. */
  readonly path: string;
  readonly readOnly: boolean;
}

/** The folders that a request wants kept. */
export function keepsOf(input: Input): readonly Keep[] {
  const targets = new Set<string>();
  const keeps = input.list('keeps', (entry) => {
    const path = entry.requiredText('path', 'an absolute path in the container: /data');
    judgeTarget(entry, path, targets, 'path');
    return { path, readOnly: booleanOf(entry, 'readOnly') ?? false };
  });
  return keeps ?? [];
}

/**
 * The volumes that keep those folders: one each, named after whose they are (`key`: the container's name, else its hash), so
 * that a container that replaces it finds them. The digest tells apart installations, keys and paths that look alike in a name.
 */
export function keptVolumes(keeps: readonly Keep[], installationId: string, key: string): readonly Volume[] {
  return keeps.map(({ path, readOnly }) => {
    const digest = createHash('sha256')
      .update(JSON.stringify([installationId, key, path]))
      .digest('hex')
      .slice(0, 16);
    const readable = `${key}${path}`
      .replaceAll(/[^A-Za-z0-9]+/g, '-')
      .replaceAll(/^-+|-+$/g, '')
      .slice(0, 64);
    return { source: `keep-${readable}-${digest}`, target: path, readOnly };
  });
}
