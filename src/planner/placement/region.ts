/** An entry of targetRegions: a cluster, a zone, or a zone of a cluster. */
export interface Region {
  readonly cluster?: string | undefined;
  readonly zone?: string | undefined;
}

/** The first entry that a place matches, by its index; 0 where there are no entries, undefined where none matches. */
export function regionIndexOf(
  place: { readonly cluster: string; readonly zone: string },
  regions: readonly Region[],
): number | undefined {
  if (regions.length === 0) return 0;
  const index = regions.findIndex(
    ({ cluster = place.cluster, zone = place.zone }) => cluster === place.cluster && zone === place.zone,
  );
  return index < 0 ? undefined : index;
}

/** `us-west1/us-west1-b`, or what of it is said. */
export function regionName({ cluster, zone }: Region): string {
  return [cluster, zone].filter(Boolean).join('/');
}
