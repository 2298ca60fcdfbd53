/** What one card says of itself. What it does not tell is 0 or empty. */
export interface GpuReading {
  /** Its number on the host, by which containers are given it. */
  readonly index: number;
  readonly name: string;
  readonly busId: string;
  /** Bytes. */
  readonly vramBytes: number;
  readonly usedBytes: number;
  /** Percent of the last second or so in which it computed. */
  readonly utilization: number;
  /** Degrees Celsius. */
  readonly temperature: number;
  /** `P0` (fastest) to `P12`. */
  readonly performanceState: string;
  /** Watts. */
  readonly powerUsage: number;
  readonly powerCap: number;
  readonly computeMode: string;
}
