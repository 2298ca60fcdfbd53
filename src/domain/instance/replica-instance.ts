/** The registry's id for one generation of a replica. */
export function replicaInstanceId({
  replicaId,
  generation,
}: {
  readonly replicaId: string;
  readonly generation: number;
}): string {
  return `inst_${replicaId}-g${generation}`;
}
