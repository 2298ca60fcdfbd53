/** The first position at which something is wrong, and what. */
export interface Fault {
  readonly position: number;
  readonly what: string;
}
