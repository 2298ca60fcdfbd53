import type { Reporter, SerializedError, TestModule } from 'vitest/node';

type Counts = { readonly passed: number; readonly failed: number; readonly skipped: number };

/** Counts finished tests. A file that failed without running a test, and an error outside any test, count as failed. */
export function countTests(modules: readonly TestModule[], errors: readonly SerializedError[]): Counts {
  let [passed, failed, skipped] = [0, errors.length, 0];
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') passed += 1;
      else if (state === 'skipped') skipped += 1;
      else failed += 1;
    }
    const suites = [...module.children.allSuites()].filter((suite) => suite.errors().length > 0);
    failed += suites.length + (module.errors().length > 0 ? 1 : 0);
  }
  return { passed, failed, skipped };
}

/** A run that failed outside any test, as in its global set-up, must not read as one without failures. */
export function settle(counts: Counts, exitCode: number): Counts {
  return exitCode !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

/** `12 passed, 0 failed`, and `, 3 skipped` when something was skipped. */
export function countLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** Ends a run with one line that people and programs read alike. */
export class CountReporter implements Reporter {
  #counts: Counts = { passed: 0, failed: 0, skipped: 0 };

  onInit(): void {
    // At exit, and not at the end of the run: the default reporter and the global set-up still speak in between.
    process.once('exit', (exitCode) => process.stdout.write(`${countLine(settle(this.#counts, exitCode))}\n`));
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    this.#counts = countTests(modules, errors);
  }
}
