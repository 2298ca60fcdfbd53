import { deriveTemplate, fingerprintOf } from '../domain/deployment/derive-template.ts';
import type { Template } from '../domain/template.ts';
import type { Action } from './plan.ts';
import type { Snapshot } from './snapshot.ts';

/** The revision to converge on, and the action that creates it when it is new. */
export interface Target {
  readonly revision: number;
  readonly template: Template;
  readonly revise: readonly Action[];
}

/** A new revision when what containers are made from has changed, or somebody saved after a failure or a deletion. */
export function targetOf(snapshot: Snapshot): Target | { readonly problem: string } {
  const { deployment, definition, secrets } = snapshot;
  const { spec, revision, template, fingerprint, anew } = deployment;
  const derived = deriveTemplate(spec, definition?.deleted === true ? undefined : definition?.spec, secrets);
  if ('problem' in derived) {
    return template !== undefined && isAsRevised(snapshot) ? { revision, template, revise: [] } : derived;
  }
  const next = fingerprintOf(derived.template);
  if (template !== undefined && next === fingerprint && !anew) return { revision, template, revise: [] };
  const revise: Action = { type: 'revise', revision: revision + 1, template: derived.template, fingerprint: next };
  return { revision: revision + 1, template: derived.template, revise: [revise] };
}

/**
 * What runs goes on running as it was saved, also when its definition or a secret is removed under it, and may still be
 * scaled: a deleted definition's last words, and the fingerprints that the revision was made with, tell a change of the
 * containers from one that does not touch them.
 */
function isAsRevised({ deployment, definition, secrets }: Snapshot): boolean {
  const { spec, template, fingerprint, saves, savedAtRevision, anew } = deployment;
  // Somebody asked for another try, which what is missing forbids.
  if (anew) return false;
  const runnable = definition?.deleted === false && definition.spec.image !== undefined;
  if (saves === savedAtRevision && !runnable) return true;
  const last = deriveTemplate(spec, definition?.spec, { ...template?.secrets, ...secrets });
  return 'template' in last && fingerprintOf(last.template) === fingerprint;
}
