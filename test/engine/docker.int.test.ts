import { vi } from 'vitest';

import { engineConformance } from './conformance.ts';
import { dockerHarness } from './docker-harness.ts';

// Real containers on a shared machine take their time; a hang still ends.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

engineConformance('docker', dockerHarness);
