import { InvalidSettings, readConfig, type Config } from './config.ts';
import { createLogger } from './logger.ts';
import { startService } from './process/service.ts';

/** Starts the roles that the settings name, and ends them on SIGTERM or SIGINT. */
async function main(): Promise<void> {
  const config = settings();
  if (config === undefined) return;
  const log = createLogger(config.LOG_LEVEL, { service: 'deploy-svc' });
  const asked = new Promise<string>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => resolve(name));
  });
  await using _service = await startService(config, log);
  log.info('stopping', { signal: await asked });
}

function settings(): Config | undefined {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (!(error instanceof InvalidSettings)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
    return undefined;
  }
}

await main();
