/* How many events there were by cell and week, where there are too many to show one by one. */

import { clamp, events, scene } from "./words.js";
import { state } from "./state.js";
import { ink } from "./board.js";
import { decodeRuns } from "./ground.js";
import { hits } from "./marks.js";

const { density } = scene;
const EDGE_METRES = 183_000; // of the coarsest cells, those of resolution 2
const FINER = Math.sqrt(7);
const FINEST_PX = 9;
const levels = (density?.levels ?? []).map(({ resolution, rings, parent }) => ({
  edge: EDGE_METRES / FINER ** (resolution - 2),
  parent,
  cells: decodeRuns(rings, 1000),
}));
export const isDense = levels.length > 0;

/** Whether the cells tell what the filters let through: they know sides, but no words, sources or kinds. */
export const isDensityShown = () =>
  isDense && !state.query && ["kind", "certainty", "source"].every((name) => !state.hidden[name].size);

/** The rows of `density` of the weeks shown, from and up to; rows come in the order of the weeks. */
function rowsShown() {
  const first = (row) => row.week * 7;
  const from = state.window ? state.day - state.window : -Infinity;
  let [low, high] = [0, density.week.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (first({ week: density.week[middle] }) + 6 > from) high = middle;
    else low = middle + 1;
  }
  let end = low;
  while (end < density.week.length && density.week[end] * 7 <= state.day) end += 1;
  return [low, end];
}

const shownSides = () => [0, 1, 2].map((side) => !state.hidden.side.has(String(side)));

/** How many events the weeks shown have. */
export function densityTotal() {
  const [from, to] = rowsShown();
  const isShown = shownSides();
  let sum = 0;
  for (let k = from; k < to; k++) if (isShown[density.side[k]]) sum += density.count[k];
  return sum;
}

/** Call with week, side and count of every row that the filters let through. */
export function eachWeek(callback) {
  const isShown = shownSides();
  for (let k = 0; k < density.week.length; k++)
    if (isShown[density.side[k]]) callback(density.week[k], density.side[k], density.count[k]);
}

/** Events by cell of a level: those of the finest cells, added up to their parents. */
function sumsAt(level) {
  const [from, to] = rowsShown();
  const isShown = shownSides();
  let sums = new Float64Array(levels.at(-1).cells.length);
  for (let k = from; k < to; k++) if (isShown[density.side[k]]) sums[density.cell[k]] += density.count[k];
  for (let finer = levels.length - 1; finer > level; finer--) {
    const above = new Float64Array(levels[finer - 1].cells.length);
    sums.forEach((sum, cell) => (above[levels[finer].parent[cell]] += sum));
    sums = above;
  }
  return sums;
}

export function drawDensity(ctx, view) {
  if (!isDensityShown()) return;
  const lat = (scene.view[1] + scene.view[3]) / 2;
  const large = levels.findLastIndex(({ edge }) => view.metres(edge, lat) >= FINEST_PX);
  const level = Math.max(large, 0);
  const { cells, edge } = levels[level];
  const sums = sumsAt(level);
  const most = Math.log1p(sums.reduce((high, sum) => Math.max(high, sum), 1));
  const reach = view.metres(edge, lat) * 0.85;
  ctx.fillStyle = ink.c;
  cells.forEach(({ points, box }, cell) => {
    if (!sums[cell]) return;
    const [left, top, right, bottom] = [view.x(box[0]), view.y(box[1]), view.x(box[2]), view.y(box[3])];
    if (right < 0 || bottom < 0 || left > view.width || top > view.height) return;
    ctx.beginPath();
    for (let k = 0; k < points.length; k += 2) ctx.lineTo(view.x(points[k]), view.y(points[k + 1]));
    ctx.globalAlpha = clamp(0.08 + 0.55 * (Math.log1p(sums[cell]) / most), 0, 0.7);
    ctx.fill();
    hits.push({ x: (left + right) / 2, y: (top + bottom) / 2, r: reach, kind: "cell", many: sums[cell] });
  });
  ctx.globalAlpha = 1;
}

/** A line that says what is listed and what is shaded. */
export function densityNote() {
  if (!isDense) return "";
  const listed = events.id.length.toLocaleString("en");
  const shading = isDensityShown()
    ? "the shading of the map and the bars count all of them, by cell and week"
    : "with this search or filter the map shows these alone";
  return `Of ${scene.total.toLocaleString("en")} events the ${listed} strongest are listed (told most often, as fact, with a sharp position); ${shading}.`;
}
