import { engineConformance } from './conformance.ts';
import { simulatedHarness } from './simulated-harness.ts';

engineConformance('simulated', simulatedHarness);
