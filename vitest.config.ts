import { defineConfig } from 'vitest/config';
import { CountReporter } from './test/support/count-reporter.ts';

const SECOND = 1_000;

export default defineConfig({
  test: {
    reporters: ['default', new CountReporter()],
    // Two cores; a database and an engine share them with the tests.
    maxWorkers: 2,
    // Files share a process: to load the program anew for each takes longer than most of them do. Each gives back what it takes.
    isolate: false,
    passWithNoTests: false,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.unit.test.ts', 'test/**/*.unit.test.ts'],
          testTimeout: 10 * SECOND,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'int',
          include: ['src/**/*.int.test.ts', 'test/**/*.int.test.ts'],
          globalSetup: ['test/support/postgres-server.ts'],
          testTimeout: 60 * SECOND,
          hookTimeout: 120 * SECOND,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/**/*.e2e.test.ts'],
          globalSetup: ['test/support/postgres-server.ts'],
          testTimeout: 300 * SECOND,
          hookTimeout: 300 * SECOND,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
