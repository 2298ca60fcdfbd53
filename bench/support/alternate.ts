/** What the runs of the two sides gave, in order. */
export interface Pairs<Ours, Peers> {
  readonly ours: readonly Ours[];
  readonly peers: readonly Peers[];
}

/** Runs the two sides in turn: A-B, B-A, A-B, so that neither always has the machine after the other. */
export async function alternate<Ours, Peers>(
  pairs: number,
  ours: (pair: number) => Promise<Ours>,
  peers: (pair: number) => Promise<Peers>,
): Promise<Pairs<Ours, Peers>> {
  const result = { ours: [] as Ours[], peers: [] as Peers[] };
  for (let pair = 1; pair <= pairs; pair += 1) {
    const steps = [
      async () => void result.ours.push(await ours(pair)),
      async () => void result.peers.push(await peers(pair)),
    ];
    for (const step of pair % 2 === 1 ? steps : steps.toReversed()) await step();
  }
  return result;
}
