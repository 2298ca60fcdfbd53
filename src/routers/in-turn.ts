/** Runs what it is given one after the other: who configures a proxy is alone with it. */
export type InTurn = <Result>(work: () => Promise<Result>) => Promise<Result>;

export function inTurn(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
}
