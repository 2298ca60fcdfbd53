import type { Client } from '../../api/client.ts';
import { configFile } from './config-file.ts';
import { definitionFile } from './definition-file.ts';
import { deploymentFile } from './deployment-file.ts';
import { enrollFile, permitFile } from './grant-files.ts';
import type { DocumentKind } from './load.ts';
import { routeFile } from './route-file.ts';
import { secretFile } from './secret-file.ts';

/** What is saved without being told how: it is judged before anything is sent. */
export interface Entity {
  readonly kind: DocumentKind<unknown>;
  readonly save: (client: Client, value: never) => Promise<unknown>;
}

/** By name, in the order in which they are saved: what others need comes first. */
export const ENTITIES: ReadonlyMap<string, Entity> = new Map([
  [
    'secret-svc:secret',
    entity(secretFile, (client, value) => client.call('saveSecrets', { body: { secrets: [value] } })),
  ],
  ['config-svc:config', entity(configFile, (client, value) => client.call('saveConfig', { body: value }))],
  [
    'user-svc:permit',
    entity(permitFile, (client, value) => client.call('savePermits', { body: { permits: [value] } })),
  ],
  [
    'user-svc:enroll',
    entity(enrollFile, (client, value) => client.call('saveEnrolls', { body: { enrolls: [value] } })),
  ],
  [
    'registry-svc:definition',
    entity(definitionFile, (client, value) => client.call('saveDefinition', { body: { definition: value } })),
  ],
  [
    'deploy-svc:deployment',
    entity(deploymentFile, (client, value) => client.call('saveDeployment', { body: { deployment: value } })),
  ],
  ['proxy-svc:route', entity(routeFile, (client, value) => client.call('saveRoutes', { body: { routes: [value] } }))],
]);

function entity<T>(kind: DocumentKind<T>, save: (client: Client, value: T) => Promise<unknown>): Entity {
  return { kind, save };
}
