import { CompiledQuery } from 'kysely';

import type { Db } from './database.ts';

/** What libraries that bring their own SQL ask of a PostgreSQL client. */
export interface TextQueries {
  query(query: {
    readonly text: string;
    readonly values?: readonly unknown[];
  }): Promise<{ readonly rows: readonly unknown[]; readonly rowCount: number }>;
}

/** The pool as such a client. */
export function textQueries(db: Db): TextQueries {
  return {
    async query({ text, values = [] }) {
      const { rows, numAffectedRows } = await db.executeQuery(CompiledQuery.raw(text, [...values]));
      return { rows, rowCount: Number(numAffectedRows ?? rows.length) };
    },
  };
}
