import type { Config } from '../config.ts';
import type { Surroundings } from '../workers/surroundings.ts';

/** What the settings, and this process' own environment, have for containers. */
export function surroundingsOf(config: Config, environment: NodeJS.ProcessEnv): Surroundings {
  const { ENV_ALLOW, ALLOW_HOST_PATHS: allowHostPaths, SERVER_URL: serverUrl } = config;
  const variables = new Map(ENV_ALLOW.map((name) => [name, environment[name]]));
  return { variables, allowHostPaths, ...(serverUrl === undefined ? {} : { serverUrl }) };
}
