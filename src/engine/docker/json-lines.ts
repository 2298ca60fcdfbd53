/** Splits bytes into lines of text without their ends; a last line without an end counts, an empty one does not. */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield line.replace(/\r$/, '');
  }
  rest += decoder.decode();
  if (rest.trim() !== '') yield rest;
}
