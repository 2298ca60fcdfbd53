import { readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/logger.ts';
import { startService } from '../../src/process/service.ts';

/**
 * A process of the product, as `src/main.ts` starts it, that sends itself a signal when it reaches a step of a job:
 * SIGNAL_AT=`created 2 SIGKILL` means the second time that a container has been created.
 * Says `ready {"url": …}` on stdout.
 */
const [step, times, signal] = (process.env['SIGNAL_AT'] ?? '').split(' ');
let left = Number(times);

// Whoever started it holds the other end: without a parent nobody would end it.
process.stdin.once('end', () => process.exit(1)).resume();
const config = readConfig(process.env);
const asked = new Promise<void>((resolve) => void process.once('SIGTERM', () => resolve()));
const service = await startService(config, createLogger(config.LOG_LEVEL), {
  onStep(reached) {
    if (reached !== step) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, signal);
  },
});
process.stdout.write(`ready ${JSON.stringify({ url: service.url, gatewayUrl: service.gatewayUrl })}\n`);
await asked;
await service[Symbol.asyncDispose]();
// Only this entry's own wait for its parent may hold the process: what the product leaves behind has to show.
process.stdin.destroy();
