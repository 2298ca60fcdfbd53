import type { z } from 'zod';

import { config, configInput, configVersion, jsonValue } from '../contract/config-schemas.ts';
import { container, containerInput, containerLog, silentNodes } from '../contract/container-schemas.ts';
import { definitionInput } from '../contract/definition-input.ts';
import { deployment, deploymentView, eventView, replicaView } from '../contract/deploy-schemas.ts';
import { deploymentInput } from '../contract/deployment-input.ts';
import { errorBody } from '../contract/error.ts';
import {
  deploymentDrain,
  drainPlan,
  rebalancePlan,
  reviewedRebalancing,
  unserved,
  workerView,
} from '../contract/fleet-schemas.ts';
import { definition, instance, instanceInput, node, nodeInput, nodeStanding } from '../contract/registry-schemas.ts';
import { secret, secretInput } from '../contract/secret.ts';
import { app, loginInput, registerInput, token, user } from '../contract/user-schemas.ts';

/**
 * The names under which schemas that recur stand in the OpenAPI document: types of generated clients are called so. A table, and no
 * `id` at the schemas themselves, because files are checked by the same schemas with nothing behind references.
 */
export const COMPONENT_NAMES = {
  App: app,
  Config: config,
  ConfigInput: configInput,
  ConfigVersion: configVersion,
  Container: container,
  ContainerInput: containerInput,
  ContainerLog: containerLog,
  Definition: definition,
  DefinitionInput: definitionInput,
  Deployment: deployment,
  DeploymentDrain: deploymentDrain,
  DeploymentInput: deploymentInput,
  DeploymentView: deploymentView,
  DrainPlan: drainPlan,
  Error: errorBody,
  Event: eventView,
  Instance: instance,
  InstanceInput: instanceInput,
  Json: jsonValue,
  LoginInput: loginInput,
  Node: node,
  NodeInput: nodeInput,
  NodeStanding: nodeStanding,
  RebalancePlan: rebalancePlan,
  RegisterInput: registerInput,
  Replica: replicaView,
  ReviewedRebalancing: reviewedRebalancing,
  Secret: secret,
  SecretInput: secretInput,
  SilentNodes: silentNodes,
  Token: token,
  UnservedWork: unserved,
  User: user,
  Worker: workerView,
} as const satisfies Record<string, z.ZodType>;
