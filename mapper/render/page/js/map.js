/* The marks and names of the map, all together. */

import { axis, byId, places, scene } from "./words.js";
import { eventX, eventY, placeOf } from "./scene.js";
import { state } from "./state.js";
import { Board, ink, map } from "./board.js";
import { drawGround } from "./ground.js";
import { LabelSpace } from "./labels.js";
import { drawControl, drawEvents, drawRing, hits } from "./marks.js";
import { drawDensity } from "./density.js";
import { drawBands, drawFront, drawGhost, frontPoints, labelFront, stroke } from "./front.js";
import { checksShown, drawCheck, labelChecks } from "./checks.js";

function drawSelection(ctx, view, rows) {
  const chosen = state.selected;
  let [at, r] = [null, 19];
  if (chosen?.kind === "event" && !Number.isNaN(eventX[chosen.index])) {
    drawRing(ctx, view, chosen.index, true);
    const mark = rows.flatMap((row) => row.marks).find(({ list }) => list.includes(chosen.index));
    if (mark) r = mark.r + 5;
    at = mark ? [mark.x, mark.y] : [view.x(eventX[chosen.index]), view.y(eventY[chosen.index])];
  } else if (chosen?.kind === "place") {
    at = view.at([places[chosen.index].lon, places[chosen.index].lat]);
  }
  if (!at) return;
  ctx.beginPath();
  ctx.arc(at[0], at[1], r, 0, 2 * Math.PI);
  ctx.lineWidth = 4.5;
  ctx.strokeStyle = ink.paper;
  ctx.stroke();
  ctx.lineWidth = 2.2;
  ctx.strokeStyle = ink.ink;
  ctx.stroke();
}

/** A dot with a name; nothing where there is no room for the name. */
function drawTown(ctx, space, x, y, name, { large = false, capital = false, colour = ink.town } = {}) {
  if (!space.isFree(x - 3, y - 3, x + 3, y + 3)) return;
  if (!space.write(name, x, y, { gap: 6, size: large ? 12 : 11, colour, spots: 4 })) return;
  ctx.beginPath();
  ctx.arc(x, y, large ? 2.6 : 1.9, 0, 2 * Math.PI);
  ctx.fillStyle = colour;
  ctx.fill();
  if (capital) {
    ctx.beginPath();
    ctx.arc(x, y, 4.6, 0, 2 * Math.PI);
    ctx.strokeStyle = colour;
    ctx.lineWidth = 1.1;
    ctx.stroke();
  }
  space.block(x - 4, y - 4, x + 4, y + 4);
}

/** Places that the reports name, by their name there, and the towns of the ground around them. */
function drawTowns(ctx, view, space, taken) {
  for (const { lon, lat, label: name, class: kind } of places) {
    if (kind !== "P" && kind !== "S") continue;
    const [x, y] = view.at([lon, lat]);
    if (taken.some((place) => Math.hypot(place.x - x, place.y - y) < 12)) continue;
    drawTown(ctx, space, x, y, name, { large: true, colour: ink.ink });
    taken.push({ x, y, name });
  }
  const most = view.zoom < 5 ? 3 : view.zoom < 6 ? 5 : view.zoom < 7 ? 7 : 10;
  for (const [lon, lat, rank, name, capital] of scene.ground.towns) {
    if (rank > most && !capital) continue;
    const [x, y] = view.at([lon, lat]);
    if (x < 0 || y < 0 || x > view.width || y > view.height) continue;
    // The reports' own name stands for a town that the ground knows by another spelling.
    if (taken.some((place) => Math.hypot(place.x - x, place.y - y) < Math.max(14, view.metres(9000, lat))))
      continue;
    drawTown(ctx, space, x, y, name, { large: capital || rank <= 3, capital });
  }
}

function labelGround(view, space) {
  const written = new Set();
  for (const [lon, lat, rank, name] of scene.ground.seas) {
    if (rank > view.zoom - 1 || written.has(name)) continue;
    const style = { size: 13, colour: ink.soft, centre: true, italic: true };
    if (space.write(name, ...view.at([lon, lat]), style)) written.add(name);
  }
  for (const [lon, lat, zoom, name] of scene.ground.countries) {
    if (zoom > view.zoom || view.zoom > 8) continue;
    space.write(name.toUpperCase(), ...view.at([lon, lat]), {
      size: 12,
      weight: 600,
      colour: ink.soft,
      centre: true,
    });
  }
}

function drawAxis(ctx, view) {
  if (axis.length < 2) return;
  ctx.strokeStyle = ink.edge;
  ctx.lineWidth = 1.6;
  ctx.globalAlpha = 0.55;
  axis.forEach((place, k) => place.land && stroke(ctx, [view.at(place.at), view.at(axis[k + 1].at)]));
  ctx.globalAlpha = 1;
}

/** Keep labels off the legend, which lies over the map. */
function blockLegend({ seen }, space) {
  const legend = byId("legend").getBoundingClientRect();
  const frame = map.getContainer().getBoundingClientRect();
  const [x, y] = [seen.left - frame.left, seen.top - frame.top];
  space.block(legend.left + x, legend.top + y, legend.right + x, legend.bottom + y);
}

export function drawMarks(ctx, view) {
  hits.length = 0;
  const space = new LabelSpace(ctx, view);
  blockLegend(view, space);
  drawDensity(ctx, view);
  drawAxis(ctx, view);
  drawBands(ctx, view);
  for (const check of checksShown()) drawCheck(ctx, view, check, state.selected?.kind === "check");
  const held = drawControl(ctx, view, space);
  const ghost = drawGhost(ctx, view);
  const rows = drawEvents(ctx, view, space, held, frontPoints(view));
  const front = drawFront(ctx, view, space);
  drawSelection(ctx, view, rows);
  for (const { x, y, r, name } of held) {
    const others = held.filter((place) => place.x !== x || place.y !== y);
    const style = { size: 12.5, weight: 650, gap: r + 3, colour: ink.ink, most: 48, others };
    // A line of the front may pass by a town; its name then stands beyond, or at the end of a thin line.
    const beyond = { ...style, gap: r + 14, spots: 4 };
    if (space.write(name, x, y, style) || space.write(name, x, y, beyond)) continue;
    space.reach(name, x, y, style);
  }
  labelFront(view, space, front, ghost);
  const named = [...held];
  for (const { x, y, width, high, marks: own } of rows.slice(0, 150)) {
    const name = placeOf(own[0].list[0]);
    const near = named.some((place) => place.name === name || Math.hypot(place.x - x, place.y - y) < 14);
    if (!name || near) continue;
    named.push({ x, y, name });
    space.write(name, x, y, { size: 12.5, weight: 550, gap: high + 5, across: width / 2 + 7 });
  }
  labelChecks(ctx, view, space);
  labelGround(view, space);
  drawTowns(ctx, view, space, named);
  hits.reverse(); // what was drawn last lies on top
}

map.createPane("ground").style.zIndex = 200;
map.createPane("marks").style.zIndex = 400;
export const base = new Board("ground", drawGround);
export const marks = new Board("marks", drawMarks);
