/** Keys for what has no identity of its own: its place in the list is all there is, and an edit keeps places. */
export const keyed = <T>(list: readonly T[]): Array<{ key: string; one: T; place: number }> =>
  list.map((one, place) => ({ key: String(place), one, place }));
