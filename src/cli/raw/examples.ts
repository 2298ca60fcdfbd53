import type { RawCall } from './verb.ts';

/** What becomes of the flags of a raw call. */
export function flagsText(method: RawCall['method']): string {
  return method === 'GET'
    ? 'Flags become the query: --deploymentId=depl_x'
    : 'Flags become the JSON body: --deploymentId=depl_x --user.name=joe --ids=a --ids=b';
}

/** Raw calls as people write them. */
export const RAW_EXAMPLES: Readonly<Record<RawCall['method'], readonly string[]>> = {
  GET: ['oo get /registry-svc/instances?deploymentId=depl_x', 'oo get /deploy-svc/deployment/depl_x'],
  POST: ['oo post /deploy-svc/deployments', 'oo post /registry-svc/nodes --ids=node_1 --ids=node_2'],
  PUT: ['oo put /deploy-svc/deployment --deployment.id=depl_x --deployment.definitionId=def_x'],
  DELETE: ['oo delete /deploy-svc/deployment --deploymentId=depl_x', 'oo delete /registry-svc/definition/def_x'],
};
