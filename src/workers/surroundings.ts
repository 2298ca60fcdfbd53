/** What a worker has for the containers that it starts, beside what the log says of them. */
export interface Surroundings {
  /** Variables of its own environment that `{{env:NAME}}` may name, undefined where they are not set. */
  readonly variables: ReadonlyMap<string, string | undefined>;
  /** Where containers reach the API. */
  readonly serverUrl?: string;
  /** Paths of nodes that volumes may mount, with all below them. */
  readonly allowHostPaths: readonly string[];
}
