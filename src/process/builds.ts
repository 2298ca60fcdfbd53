import { readConfig, type Config } from '../config.ts';
import { checkoutsRoot } from '../sources/checkouts.ts';
import type { BuildSettings } from '../workers/build/settings.ts';

/** What the settings say of builds. */
export function buildSettings(config: Config): BuildSettings {
  return {
    root: checkoutsRoot(),
    registry: config.REGISTRY_URL,
    timeoutMs: config.BUILD_TIMEOUT_SECONDS * 1_000,
    memoryBytes: config.BUILD_MEMORY,
    keepMs: config.BUILD_KEEP_SECONDS * 1_000,
    contextMaxBytes: config.BUILD_CONTEXT_MAX_BYTES,
  };
}

/** The settings' own defaults, for whoever starts a worker by itself. */
export const DEFAULT_BUILDS: BuildSettings = buildSettings(readConfig({}));
