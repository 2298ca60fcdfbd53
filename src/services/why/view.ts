import type { SentenceView } from '../../api/contract/why.ts';
import type { Sentence } from '../../domain/explain/sentence.ts';

/** A sentence as it goes over the wire. */
export function toSentenceView({ at, ...sentence }: Sentence): SentenceView {
  return { ...sentence, at: at.toISOString() };
}
