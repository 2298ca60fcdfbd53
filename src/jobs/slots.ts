/**
 * The slots of one queue in this process, each with one job at a time. Whatever their number, one of them looks: when it finds a
 * job it has the next one look, and so on until one finds nothing.
 */
export interface Slots {
  readonly ids: readonly string[];
  /** One more, which looks by itself when it opens. */
  add(id: string): void;
  /** That slot has a job. */
  begins(id: string): void;
  /** That slot's job is over. */
  ends(id: string): void;
  /** Has one slot that is free look for a job now; those that have one look when it is over. */
  look(): void;
}

/** `wake`: has the slot of that id look at once, or when its job is over. */
export function openSlots(wake: (id: string) => void): Slots {
  const ids: string[] = [];
  const free = new Set<string>();
  const look = (): void => {
    const [first] = free;
    if (first !== undefined) wake(first);
  };
  return {
    ids,
    add(id) {
      ids.push(id);
      free.add(id);
    },
    begins(id) {
      free.delete(id);
      // Where one job was there may be more.
      look();
    },
    ends(id) {
      free.add(id);
      wake(id);
    },
    look,
  };
}
