/* Coast, borders, rivers: what lies under the marks. */

import { scene } from "./words.js";
import { mercatorX, mercatorY } from "./scene.js";
import { ink } from "./board.js";

/** Undo the difference coding of basemap.py and project: runs of x, y with their extent. */
export function decodeRuns(runs, unitsPerDegree) {
  return runs.map((steps) => {
    const points = new Float64Array(steps.length);
    let lon = 0;
    let lat = 0;
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (let k = 0; k < steps.length; k += 2) {
      lon += steps[k];
      lat += steps[k + 1];
      points[k] = mercatorX(lon / unitsPerDegree);
      points[k + 1] = mercatorY(lat / unitsPerDegree);
      box[0] = Math.min(box[0], points[k]);
      box[1] = Math.min(box[1], points[k + 1]);
      box[2] = Math.max(box[2], points[k]);
      box[3] = Math.max(box[3], points[k + 1]);
    }
    return { points, box };
  });
}

const ground = Object.fromEntries(
  "land lakes rivers borders disputed admin1"
    .split(" ")
    .map((name) => [name, decodeRuns(scene.ground[name], 1000)]),
);
ground.world = decodeRuns(scene.ground.world, 20);
ground.farBorders = decodeRuns(scene.ground.farBorders, 20);
const [west, south, east, north] = scene.ground.extent;
const frame = [mercatorX(west), mercatorY(north), mercatorX(east), mercatorY(south)];

/** Trace runs that touch the view; `close` for areas. */
function trace(ctx, view, runs, close) {
  ctx.beginPath();
  for (const { points, box } of runs) {
    if (
      view.x(box[2]) < 0 ||
      view.y(box[3]) < 0 ||
      view.x(box[0]) > view.width ||
      view.y(box[1]) > view.height
    )
      continue;
    ctx.moveTo(view.x(points[0]), view.y(points[1]));
    for (let k = 2; k < points.length; k += 2) ctx.lineTo(view.x(points[k]), view.y(points[k + 1]));
    if (close) ctx.closePath();
  }
}

/** Trace outlines without the edges that the clip has cut, which are no coast. */
function traceCoast(ctx, view, runs) {
  const close = (a, b) => Math.abs(a - b) < 1e-6;
  const onFrame = (x, y) =>
    close(x, frame[0]) || close(x, frame[2]) || close(y, frame[1]) || close(y, frame[3]);
  ctx.beginPath();
  for (const { points } of runs) {
    let cut = true;
    for (let k = 0; k < points.length; k += 2) {
      const out = onFrame(points[k], points[k + 1]);
      if (k === 0 || (out && cut)) ctx.moveTo(view.x(points[k]), view.y(points[k + 1]));
      else ctx.lineTo(view.x(points[k]), view.y(points[k + 1]));
      cut = out;
    }
  }
}

export function drawGround(ctx, view) {
  ctx.lineJoin = "round";
  ctx.fillStyle = ink.sea;
  ctx.fillRect(0, 0, view.width, view.height);
  trace(ctx, view, ground.world, true);
  ctx.fillStyle = ink.land;
  ctx.fill("evenodd");
  trace(ctx, view, ground.farBorders, false);
  ctx.strokeStyle = ink.border;
  ctx.lineWidth = 1;
  ctx.stroke();
  ctx.fillStyle = ink.sea;
  const [left, top] = [view.x(frame[0]), view.y(frame[1])];
  ctx.fillRect(left, top, view.x(frame[2]) - left, view.y(frame[3]) - top);
  trace(ctx, view, ground.land, true);
  ctx.fillStyle = ink.land;
  ctx.fill("evenodd");
  const strokes = [
    ["admin1", ink.admin, 1, [3, 3]],
    ["rivers", ink.river, 1.1, []],
    ["borders", ink.border, 1.3, []],
    ["disputed", ink.border, 1.3, [6, 4]],
  ];
  for (const [name, colour, width, dash] of strokes) {
    if (name === "admin1" && view.zoom < 5.5) continue;
    trace(ctx, view, ground[name], false);
    ctx.strokeStyle = colour;
    ctx.lineWidth = width;
    ctx.setLineDash(dash);
    ctx.stroke();
  }
  ctx.setLineDash([]);
  trace(ctx, view, ground.lakes, true);
  ctx.fillStyle = ink.sea;
  ctx.fill("evenodd");
  traceCoast(ctx, view, ground.land);
  ctx.strokeStyle = ink.coast;
  ctx.lineWidth = 1;
  ctx.stroke();
}
