import { InvalidSettings, readConfig, type Config } from './config.ts';
import { createLogger, type Logger } from './logger.ts';
import { refuseInsecureDefaults } from './process/insecure-defaults.ts';
import { HELP, modeOf } from './process/mode.ts';

async function main(): Promise<number> {
  const mode = modeOf(process.argv.slice(2));
  if (mode === undefined) {
    process.stderr.write(`Error: not understood: ${process.argv.slice(2).join(' ')}\n\n${HELP}`);
    return 2;
  }
  if (mode.type === 'help') {
    process.stdout.write(HELP);
    return 0;
  }
  try {
    const config = readConfig(process.env);
    const log = createLogger(config.LOG_LEVEL, { service: 'deploy-svc' });
    // Each loads what it is made of, and nothing else.
    if (mode.type === 'projections')
      return await (await import('./process/projections-command.ts')).projectionsCommand(mode, config, log);
    if (mode.type === 'archive')
      return await (await import('./process/archive/command.ts')).archiveCommand(mode.asked, config, log);
    return await serve(mode.simulate === 0 ? config : simulated(config, mode.simulate), log);
  } catch (error) {
    if (!(error instanceof InvalidSettings)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
}

/** Starts the roles that the settings name, and ends them on SIGTERM or SIGINT. */
async function serve(config: Config, log: Logger): Promise<number> {
  refuseInsecureDefaults(config, log);
  const asked = new Promise<string>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => resolve(name));
  });
  const { startService } = await import('./process/service.ts');
  await using _service = await startService(config, log);
  log.info('stopping', { signal: await asked });
  return 0;
}

/** Simulated hosts live in the process that carries their work out, so it has both roles. */
function simulated(config: Config, count: number): Config {
  const NODES = Array.from({ length: count }, (_, index) => `simulated://node-${index + 1}`);
  return { ...config, NODES, ROLES: ['api', 'worker'] };
}

process.exitCode = await main();
