import { join } from 'node:path';

import { archiveEvents, BrokenArchive } from '../../archive/verify-archive.ts';
import type { Archive } from '../../domain/archive/archive.ts';
import { exportedRow } from '../../domain/archive/exported-row.ts';
import type { ReturningRow } from '../../store/archives.ts';
import type { EventRow } from '../../store/recorded.ts';

const PAGE = 2_000;

/** The events of an archive's file, a page at a time, each held against the chain. Throws BrokenArchive. */
export async function* pagesOf(directory: string, archive: Archive): AsyncGenerator<readonly ReturningRow[], void> {
  const path = join(directory, archive.file);
  let page: ReturningRow[] = [];
  for await (const { body, hash, position } of archiveEvents(path, archive)) {
    const row = exportedRow(body);
    if (row === undefined) throw new BrokenArchive(position, `${path}: it is no event of the log`);
    page.push({ ...row, hash, position });
    if (page.length < PAGE) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

/** The events of archives as rows of the log, in order. Throws BrokenArchive at the first that does not hold. */
export async function* archivedRows(
  directory: string,
  archives: readonly Archive[],
): AsyncGenerator<readonly EventRow[], void> {
  for (const archive of archives) for await (const page of pagesOf(directory, archive)) yield page.map(toEventRow);
}

function toEventRow(row: ReturningRow): EventRow {
  const { id, stream, version, type, actor } = row;
  return {
    id,
    stream,
    version,
    type,
    actor,
    position: String(row.position),
    schema_version: row.schemaVersion,
    data: JSON.parse(row.data) as Record<string, unknown>,
    correlation_id: row.correlationId,
    causation_id: row.causationId ?? null,
    at: new Date(row.at),
  };
}
