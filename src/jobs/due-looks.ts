/** After the due time, so that a look does not come a moment before the database's clock allows the job. */
const MARGIN_MS = 5;
/** Later ones are left to the regular looks: a process need not remember them for so long. */
const FARTHEST_MS = 120_000;

/** Looks at queues at the moment when a job of theirs becomes due. */
export interface DueLooks extends Disposable {
  /** Has the queue of this stored name looked at then; the same moment is looked at once. */
  at(name: string, due: Date): void;
}

/**
 * A job that is sent for later is told by no NOTIFY, neither now nor then: without a look at its time it waits for the
 * regular one as well, on top of the back-off that it was sent for.
 */
export function openDueLooks(look: (name: string) => void): DueLooks {
  const timers = new Map<string, NodeJS.Timeout>();
  return {
    at(name, due) {
      const wait = due.getTime() - Date.now();
      const key = `${name} ${due.getTime()}`;
      if (wait > FARTHEST_MS || timers.has(key)) return;
      const timer = setTimeout(
        () => {
          timers.delete(key);
          look(name);
        },
        Math.max(0, wait) + MARGIN_MS,
      );
      // A look that is still to come is no reason for a process to stay.
      timers.set(key, timer.unref());
    },
    [Symbol.dispose]() {
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
}
