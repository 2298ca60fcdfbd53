import type { SignalReading } from '../../domain/deployment/scaling.ts';

/** A signal that the policy asks for, and what it said. */
export interface Looked {
  readonly signal: SignalReading['signal'];
  /** False: nothing is requested of it, so there is no percentage to look at. */
  readonly requested: boolean;
  /** Undefined when no replica was measured. */
  readonly reading: SignalReading | undefined;
}
