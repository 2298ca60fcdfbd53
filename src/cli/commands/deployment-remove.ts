import { openContext } from '../context.ts';
import type { GlobalOptions } from '../session.ts';

/** Asks for the removal of a deployment. An id that does not exist is no error. */
export async function removeDeployment(id: string, options: GlobalOptions): Promise<void> {
  const context = await openContext(options);
  await context.call(`remove deployment ${id}`, 'deleteDeployment', { body: { deploymentId: id } });
}
