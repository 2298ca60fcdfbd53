const LIMIT = 75;

/**
 * The first 75 bytes without spaces, full stops and commas at the ends, then `…`; a shorter text as it is.
 * A character that the cut would split is left out.
 */
export function shorten(details: string): string {
  const bytes = Buffer.from(details, 'utf8');
  if (bytes.length <= LIMIT) return details;
  const head = new TextDecoder('utf-8').decode(bytes.subarray(0, LIMIT), { stream: true });
  return `${head.replaceAll(/^[ .,]+|[ .,]+$/g, '')}…`;
}
