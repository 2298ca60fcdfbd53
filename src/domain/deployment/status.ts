import type { DeploymentStatus } from './events.ts';

/**
 * The specification's states and arrows. `Failed` is final until somebody saves again: the deployment (which makes it
 * Pending), or the definition that it lacked (which lets it deploy). ARCHITECTURE.md draws this table.
 */
export const DEPLOYMENT_TRANSITIONS: Readonly<Record<DeploymentStatus, readonly DeploymentStatus[]>> = {
  Pending: ['Deploying', 'Failed'],
  Deploying: ['OK', 'Error', 'Failed'],
  OK: ['Deploying'],
  Error: ['Deploying'],
  Failed: ['Pending', 'Deploying'],
};

/** The statuses to go through from one to another, the last included; empty when they are the same. */
export function statusPath(from: DeploymentStatus, to: DeploymentStatus): readonly DeploymentStatus[] {
  if (from === to) return [];
  if (DEPLOYMENT_TRANSITIONS[from].includes(to)) return [to];
  return ['Deploying', ...statusPath('Deploying', to)];
}
