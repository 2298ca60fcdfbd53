/** What builds may cost, and where they go. */
export interface BuildSettings {
  /** Where commits are checked out. */
  readonly root: string;
  /** `host:port` of the registry that images are pushed to; absent: they are carried from engine to engine. */
  readonly registry?: string | undefined;
  /** Milliseconds for one build, without its checkout. */
  readonly timeoutMs: number;
  /** Of each step. */
  readonly memoryBytes: number;
  /** Of the checkout, and of what of it is sent to the engine. */
  readonly contextMaxBytes: number;
  /** Milliseconds after which an image goes that nobody uses. */
  readonly keepMs: number;
  /** Known hosts for ssh; those of the account by default. */
  readonly knownHosts?: string | undefined;
}
