import type { Template } from '../domain/template.ts';

/** One saved version of a deployment with its definition: what its containers are made from. */
export interface Revision {
  readonly deploymentId: string;
  readonly revision: number;
  readonly template: Template;
  readonly fingerprint: string;
}

/** The row id of a revision. */
export function revisionKey(deploymentId: string, revision: number): string {
  return `${deploymentId}@${revision}`;
}
