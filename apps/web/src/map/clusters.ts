/** A point on the map's surface, in pixels. */
export interface MapPoint<Thing> {
  readonly x: number;
  readonly y: number;
  readonly thing: Thing;
}

/** Things too near to each other to be drawn apart, at the middle of them. */
export interface Cluster<Thing> {
  readonly x: number;
  readonly y: number;
  readonly things: readonly Thing[];
}

/**
 * Joins points that would cover each other. A point joins the first cluster whose first point is within `radius` pixels, so
 * that the same points always give the same clusters, and each of them stays where its first point is within that radius.
 */
export function clustersOf<Thing>(points: readonly MapPoint<Thing>[], radius: number): Cluster<Thing>[] {
  const groups: { readonly first: MapPoint<Thing>; readonly members: MapPoint<Thing>[] }[] = [];
  for (const point of points) {
    const near = groups.find(({ first }) => Math.hypot(first.x - point.x, first.y - point.y) <= radius);
    if (near === undefined) {
      groups.push({ first: point, members: [point] });
    } else {
      near.members.push(point);
    }
  }
  return groups.map(({ members }) => ({
    x: members.reduce((sum, { x }) => sum + x, 0) / members.length,
    y: members.reduce((sum, { y }) => sum + y, 0) / members.length,
    things: members.map(({ thing }) => thing),
  }));
}

const STEPS = [1, 2, 5];

/** A round length for a scale bar that is at most `widest` pixels. @param metresPerPixel in the middle of the map */
export function scaleBarOf(metresPerPixel: number, widest: number): { readonly pixels: number; readonly label: string } {
  const most = metresPerPixel * widest;
  const power = 10 ** Math.floor(Math.log10(most));
  const metres = (STEPS.findLast((step) => step * power <= most) ?? 1) * power;
  return { pixels: metres / metresPerPixel, label: metres >= 1_000 ? `${metres / 1_000} km` : `${metres} m` };
}
