import type { Config } from '../config.ts';
import type { Logger } from '../logger.ts';
import type { Service } from './running-service.ts';
import type { WorkerRoleOptions } from './worker-role.ts';

/** Starts the roles of the settings in this process. What other roles are made of is not loaded: that takes longer than all else at a start. */
export async function startService(
  config: Config,
  log: Logger,
  hooks: Pick<WorkerRoleOptions, 'onStep' | 'routers'> = {},
): Promise<Service> {
  const alone = config.ROLES.every((role) => role === 'gateway');
  if (alone) return (await import('./gateway-alone.ts')).startGateway(config, log);
  return (await import('./control-plane.ts')).startControlPlane(config, log, hooks);
}
