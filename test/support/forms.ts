/** Every form in which a text might get away: as it is, in a URL, in JSON, in hex, and in base64 wherever it begins in what is encoded. */
export function formsOf(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  // Behind 0, 1 or 2 other bytes the same text is another one in base64; its first and last characters depend on its neighbours.
  const inBase64 = [0, 1, 2].map((behind) => {
    const text = Buffer.concat([Buffer.alloc(behind), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    return text.slice(behind === 0 ? 0 : behind + 1, -1);
  });
  return [
    value,
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    ...inBase64,
    ...inBase64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
  ];
}

/** Those forms of the values that the text holds, cut short: what is found must not be told. */
export function formsIn(text: string, values: readonly string[]): readonly string[] {
  return values
    .flatMap((value) => formsOf(value).filter((form) => text.includes(form)))
    .map((form) => form.slice(0, 8));
}
