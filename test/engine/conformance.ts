import { describe } from 'vitest';

import { createBench } from './bench.ts';
import { eventConformance } from './conformance-events.ts';
import { execConformance } from './conformance-exec.ts';
import { hostConformance } from './conformance-host.ts';
import { imageConformance } from './conformance-images.ts';
import { lifecycleConformance } from './conformance-lifecycle.ts';
import { logConformance } from './conformance-logs.ts';
import { sessionConformance } from './conformance-sessions.ts';
import { networkConformance } from './conformance-networks.ts';
import { surroundingsConformance } from './conformance-surroundings.ts';
import { transferConformance } from './conformance-transfer.ts';
import type { EngineHarness } from './harness.ts';

/** The one suite that every implementation of the port passes. */
export function engineConformance(name: string, makeHarness: () => Promise<EngineHarness>): void {
  describe(`${name} engine conforms to the port`, () => {
    const bench = createBench(makeHarness);
    lifecycleConformance(bench);
    logConformance(bench);
    describe('exec', () => execConformance(bench));
    describe('sessions', () => sessionConformance(bench));
    eventConformance(bench);
    imageConformance(bench);
    transferConformance(bench);
    networkConformance(bench);
    hostConformance(bench);
    surroundingsConformance(bench);
  });
}
