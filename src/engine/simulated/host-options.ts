import type { Clock } from '../../clock.ts';
import type { EngineCapacity } from '../engine.ts';
import type { Latencies } from './latency.ts';
import type { SimulatedImage } from './script.ts';

/** What a simulated host is like. */
export interface SimulatedHostOptions {
  readonly clock?: Clock | undefined;
  /** Of its latencies and container ids, together with its name: the same seed gives the same run, and no two hosts the same ids. */
  readonly seed?: number | undefined;
  readonly latencies?: Latencies | undefined;
  readonly capacity?: EngineCapacity | undefined;
  /** Present from the start, by reference. */
  readonly images?: Readonly<Record<string, SimulatedImage>> | undefined;
  /** What the registry has: undefined for a reference (always with tag or digest) that it does not know. Any image is a server when absent. */
  readonly registry?: ((reference: string) => SimulatedImage | undefined) | undefined;
  /** What a build makes; a server when absent. */
  readonly built?: ((tag: string) => SimulatedImage) | undefined;
  /** Told of what is pushed to the registry. */
  readonly pushed?: ((reference: string, image: SimulatedImage) => void) | undefined;
  /** Bytes per second of a pull; absent: only the latency counts. */
  readonly pullBytesPerSecond?: number | undefined;
  /** Ports on the host that something else holds. */
  readonly takenPorts?: readonly number[] | undefined;
  /** Networks beside bridge, host and none. */
  readonly networks?: readonly string[] | undefined;
  /** How many events it remembers; Docker's 256 when absent. */
  readonly eventMemory?: number | undefined;
}

export const DEFAULT_CAPACITY: EngineCapacity = { cpuMillis: 4_000, memoryBytes: 8 * 2 ** 30, gpus: [] };
