import { pathOf } from '../domain/build/key.ts';
import type { Built } from '../domain/deployment/derive-template.ts';
import type { RepositoryRef } from '../domain/deployment/source-events.ts';
import type { SourceState } from '../domain/deployment/source-state.ts';
import { isSame } from '../domain/same.ts';
import type { Action } from './plan.ts';
import type { Snapshot } from './snapshot.ts';

/** Characters of a commit that are shown. */
const COMMIT_SHOWN = 7;

/** The image of the wanted commit is not there. */
export interface Awaited {
  /** What is waited for, or why it cannot be had. */
  readonly text: string;
  readonly failed: boolean;
  /** Asks what the version stands for. */
  readonly ask: readonly Action[];
}

/** What the definition's repository stands for, when there is an image of it; undefined: the definition names an image itself. */
export function sourceOf({
  deployment,
  definition,
  build,
}: Snapshot): { readonly built: Built } | { readonly awaited: Awaited } | undefined {
  const repository = definition?.deleted === false ? definition.spec.repository : undefined;
  if (repository === undefined) return undefined;
  const { internalPorts: _, ...wanted } = repository;
  const { source } = deployment;
  if (source === undefined || source.stale || !isSame(normal(source.repository), normal(wanted))) {
    const action: Action = { type: 'ask', ask: (source?.ask ?? 0) + 1, repository: wanted };
    return { awaited: { text: lookingUp(wanted), failed: false, ask: [action] } };
  }
  const { resolved } = source;
  if (resolved === undefined) return { awaited: unresolved(source) };
  if (build?.id !== resolved.buildId) return { awaited: waiting(`build of ${shortOf(resolved, wanted)} is asked for`) };
  switch (build.status) {
    case 'Succeeded':
      return { built: resolved };
    case 'Failed':
      return { awaited: { text: failureText(build.failure), failed: true, ask: [] } };
    case 'Requested':
      return { awaited: waiting(`waiting for the build of ${shortOf(resolved, wanted)}`) };
    case 'Building':
      return { awaited: waiting(`building ${shortOf(resolved, wanted)} on ${build.nodeId}`) };
    default:
      return build.status satisfies never;
  }
}

function waiting(text: string): Awaited {
  return { text, failed: false, ask: [] };
}

function unresolved({ repository, failure }: SourceState): Awaited {
  if (failure === undefined) return waiting(lookingUp(repository));
  return { text: failureText(failure), failed: true, ask: [] };
}

function failureText(failure: SourceState['failure']): string {
  return `build failed: ${failure?.reason ?? 'no reason was told'}${failure?.terminal === true ? '' : ' (tried again)'}`;
}

function lookingUp({ url, version }: RepositoryRef): string {
  return `looking up ${version ?? 'main'} of ${url}`;
}

/** `1a2b3c4 (main)`, or the commit alone where it is what was asked for. */
function shortOf({ commit }: Built, { version = 'main' }: RepositoryRef): string {
  const short = commit.slice(0, COMMIT_SHOWN);
  return version === commit ? short : `${short} (${version})`;
}

/** Other spellings of the same are no other question. */
function normal({ buildContext, containerFile, ...rest }: RepositoryRef): object {
  return { ...rest, context: pathOf(buildContext), file: pathOf(containerFile) };
}
