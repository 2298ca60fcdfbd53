import { InvalidSettings, readConfig, type Config } from './config.ts';
import { createLogger, type Logger } from './logger.ts';
import { refuseInsecureDefaults } from './process/insecure-defaults.ts';
import { projectionsCommand } from './process/projections-command.ts';
import { startService } from './process/service.ts';

const HELP = `deploy-svc: deploys services to Docker hosts and records every decision in PostgreSQL

Usage:
  deploy-svc                       start the roles of ROLES (api and worker)
  deploy-svc --simulate N          the same with N simulated nodes in this process, no Docker needed
  deploy-svc projections verify    hold the current rows against a replay of the log; exit 1 when they differ
  deploy-svc projections rebuild   replay the log beside the current rows, compare, and put the replayed ones in place

Settings come from the environment; .env.example names them all.
`;

type Mode =
  | { readonly type: 'help' }
  | { readonly type: 'serve'; readonly simulate: number }
  | { readonly type: 'projections'; readonly action: 'rebuild' | 'verify' };

/** What the arguments ask for; undefined when they are not understood. */
function modeOf(args: readonly string[]): Mode | undefined {
  const [first, second, ...rest] = args;
  if (rest.length > 0) return undefined;
  if (first === undefined) return { type: 'serve', simulate: 0 };
  if (['--help', '-h', 'help'].includes(first)) return { type: 'help' };
  if (first === '--simulate') {
    const simulate = Number(second ?? '3');
    return Number.isSafeInteger(simulate) && simulate > 0 ? { type: 'serve', simulate } : undefined;
  }
  if (first === 'projections' && (second === 'rebuild' || second === 'verify'))
    return { type: 'projections', action: second };
  return undefined;
}

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
    if (mode.type === 'projections') return await projectionsCommand(mode.action, config, log);
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
