/* Who holds what, and what happened where. */

import { UNDATED, clamp, control, events, labels, shapePath } from "./words.js";
import {
  certaintyOf,
  eventDay,
  eventEnd,
  eventSide,
  eventX,
  eventY,
  isEvent,
  isVague,
  mentionsOf,
  sideOf,
} from "./scene.js";
import { controlAt, state, visible } from "./state.js";
import { ink } from "./board.js";

export const hits = []; // what lies where on the canvas, for pointer and tooltip

const CELL_PX = 20;
// Marks nearer than this, across and down, become one group; where there are many, a group needs more room.
const NEAR_PX = [46, 24];
const CROWDED_PX = [104, 40];
const CROWD = 60;

/** Group the visible events that would lie on each other: cells, then sides; each group newest first. */
function groupEvents(view) {
  const cells = new Map();
  for (const i of visible) {
    if (!isEvent[i] || Number.isNaN(eventX[i])) continue;
    const x = view.x(eventX[i]);
    const y = view.y(eventY[i]);
    if (x < -60 || y < -60 || x > view.width + 60 || y > view.height + 60) continue;
    // Cells are fixed to the ground, so that groups do not change while the map is moved.
    const column = Math.floor((eventX[i] * view.scale) / CELL_PX);
    const key = column * 1e7 + Math.floor((eventY[i] * view.scale) / CELL_PX);
    let cell = cells.get(key);
    if (!cell) cells.set(key, (cell = { x, y, sides: [[], [], []] }));
    cell.sides[eventSide[i]].push(i);
  }
  return joinNear([...cells.values()]);
}

/** Join cells whose marks would overlap to the one with most events; its place stands for all. */
function joinNear(cells) {
  const size = (cell) => cell.sides[0].length + cell.sides[1].length + cell.sides[2].length;
  const kept = [];
  const [across, down] = cells.length > CROWD ? CROWDED_PX : NEAR_PX;
  for (const cell of cells.sort((p, q) => size(q) - size(p) || p.x - q.x || p.y - q.y)) {
    const near = kept.find((k) => Math.abs(k.x - cell.x) < across && Math.abs(k.y - cell.y) < down);
    if (!near) kept.push(cell);
    else cell.sides.forEach((list, side) => near.sides[side].push(...list));
  }
  for (const { sides } of kept)
    for (const list of sides) list.sort((i, j) => eventDay[j] - eventDay[i] || j - i);
  return kept;
}

/** Halos shrink with the map, so that towns of a small map do not run together. */
const haloRadius = (view) => clamp(2.3 * (view.zoom - 1.2), 7, 16);

function drawHalo(ctx, x, y, r, side, status, strength) {
  ctx.globalAlpha = strength;
  ctx.lineWidth = 1.6;
  if (status === "contested") {
    for (const [half, colour] of [
      [0, ink.a],
      [1, ink.b],
    ]) {
      ctx.beginPath();
      ctx.arc(x, y, r, Math.PI * (half - 0.5), Math.PI * (half + 0.5));
      ctx.fillStyle = colour;
      ctx.globalAlpha = strength * 0.22;
      ctx.fill();
      ctx.globalAlpha = strength;
      ctx.strokeStyle = colour;
      ctx.setLineDash([4, 3]);
      ctx.stroke();
    }
  } else {
    ctx.beginPath();
    ctx.arc(x, y, r, 0, 2 * Math.PI);
    ctx.fillStyle = ink.sides[side];
    ctx.globalAlpha = strength * (status === "claimed" ? 0.12 : 0.26);
    ctx.fill();
    ctx.globalAlpha = strength;
    ctx.strokeStyle = ink.sides[side];
    ctx.setLineDash(status === "claimed" ? [4, 3] : []);
    ctx.stroke();
  }
  ctx.setLineDash([]);
  ctx.globalAlpha = 1;
}

/** Draw who holds what; of places that would lie on each other only the one named most often. */
export function drawControl(ctx, view, space) {
  const named = [];
  const r = haloRadius(view);
  const known = controlAt(state.day).filter((i) => control.lon[i] !== null);
  const weight = (i) => mentionsOf({ id: control.id[i] });
  known.sort((i, j) => weight(j) - weight(i) || i - j);
  for (const i of known) {
    const [x, y] = view.at([control.lon[i], control.lat[i]]);
    if (named.some((place) => Math.hypot(place.x - x, place.y - y) < r * 0.6)) continue;
    const age = state.day - (control.confirmed[i] ?? control.since[i] ?? state.day);
    drawHalo(ctx, x, y, r, sideOf(control.holder[i]), control.status[i], clamp(1 - age / 60, 0.45, 1));
    ctx.beginPath();
    ctx.arc(x, y, 2.2, 0, 2 * Math.PI);
    ctx.fillStyle = ink.ink;
    ctx.fill();
    hits.push({ x, y, r, kind: "control", index: i });
    named.push({ x, y, r, name: labels[control.place[i]] ?? "" });
    space.block(x - r * 0.7, y - r * 0.7, x + r * 0.7, y + r * 0.7);
  }
  return named;
}

/** Draw one mark: filled for a known point, hollow for an area, pale when claimed or old, struck when denied. */
function drawMark(ctx, { x, y, r, side, list }) {
  const [i] = list;
  const certainty = certaintyOf(i);
  const isHollow = isVague(i) || certainty === "denied" || certainty === "planned";
  const age = eventDay[i] === UNDATED ? 0 : state.day - eventEnd[i];
  const strength = clamp(1 - age / 21, 0.35, 1) * (certainty === "claimed" ? 0.5 : 1);
  ctx.save();
  ctx.translate(x, y);
  const shape = new Path2D(shapePath(side, r));
  ctx.lineWidth = 3.5;
  ctx.strokeStyle = ctx.fillStyle = ink.paper;
  ctx.stroke(shape);
  ctx.fill(shape);
  ctx.strokeStyle = ctx.fillStyle = ink.sides[side];
  ctx.globalAlpha = strength;
  if (!isHollow) ctx.fill(shape);
  ctx.globalAlpha = Math.max(strength, 0.75);
  ctx.lineWidth = isVague(i) ? 2.4 : 1.6;
  if (certainty === "planned") ctx.setLineDash([2, 2]);
  ctx.stroke(shape);
  ctx.setLineDash([]);
  if (certainty === "denied") {
    ctx.beginPath();
    ctx.moveTo(-r, r);
    ctx.lineTo(r, -r);
    ctx.stroke();
  }
  ctx.globalAlpha = 1;
  if (list.length > 1) {
    ctx.fillStyle = isHollow || strength < 0.75 ? ink.ink : ink["mark-ink"];
    ctx.font = '700 10.5px system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif';
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.fillText(list.length > 999 ? `${Math.round(list.length / 1000)}k` : String(list.length), 0, 0.5);
  }
  ctx.restore();
}

export function drawRing(ctx, view, i, strong) {
  const r = view.metres((events.error[i] ?? 0) * 1000, events.lat[i]);
  // A ring that holds the whole map says nothing on it; the card gives the error in km.
  if (r < (strong ? 9 : 17) || (!strong && r > Math.min(view.width, view.height) / 3)) return;
  ctx.beginPath();
  ctx.arc(view.x(eventX[i]), view.y(eventY[i]), r, 0, 2 * Math.PI);
  ctx.setLineDash([4, 4]);
  ctx.lineWidth = strong ? 1.8 : 1.1;
  ctx.strokeStyle = ink.sides[eventSide[i]];
  ctx.fillStyle = ink.sides[eventSide[i]];
  ctx.globalAlpha = strong ? 0.14 : 0.06;
  ctx.fill();
  ctx.globalAlpha = strong ? 0.95 : 0.55;
  ctx.stroke();
  ctx.globalAlpha = 1;
  ctx.setLineDash([]);
}

const GAP = 4;
const halfWidth = (side, r) => r * [1, 0.9, 1.2][side];

/** The middle of a row below, above or at a side of a town: where it covers least of what is there already. */
function besideTown({ x, y, r }, wide, high, taken) {
  const covered = ([cx, cy]) =>
    taken.filter((t) => Math.abs(t.x - cx) < t.wide + wide && Math.abs(t.y - cy) < t.high + high).length;
  const spots = [
    [x, y + r * 0.8 + high],
    [x, y - r * 0.8 - high],
    [x + r * 0.8 + wide, y],
    [x - r * 0.8 - wide, y],
  ].map((spot) => ({ spot, cost: covered(spot) }));
  return spots.sort((p, q) => p.cost - q.cost)[0].spot;
}

/** The marks of a cell in a row about its position; beside the dot of a town whose holder is drawn there. */
function rowOf(cell, held, taken) {
  const marks = [0, 1, 2]
    .filter((side) => cell.sides[side].length)
    .map((side) => {
      const list = cell.sides[side];
      const r = clamp(5.4 + 1.1 * Math.log2(list.length), list.length > 1 ? 8 : 5.4, 10.5);
      return { side, list, r, half: halfWidth(side, r) };
    });
  const width = marks.reduce((sum, { half }) => sum + 2 * half, 0) + GAP * (marks.length - 1);
  const high = Math.max(...marks.map(({ side, r }) => (side === 2 ? 1.2 * r : r)));
  const town = held.find((place) => Math.hypot(place.x - cell.x, place.y - cell.y) < place.r);
  const [x, y] = town ? besideTown(town, width / 2 + 5, high + 3, taken) : [cell.x, cell.y];
  taken.push({ x, y, wide: width / 2 + 5, high: high + 3 });
  let left = x - width / 2;
  for (const mark of marks) {
    mark.x = left + mark.half;
    mark.y = y;
    left += 2 * mark.half + GAP;
  }
  return { x, y, width, high, marks };
}

/** A plate under a row of several marks, so that they read as one. */
function drawPlate(ctx, { x, y, width, high }) {
  ctx.beginPath();
  ctx.roundRect(x - width / 2 - 5, y - high - 3, width + 10, 2 * high + 6, high + 3);
  ctx.fillStyle = ink.paper;
  ctx.globalAlpha = 0.9;
  ctx.fill();
  ctx.globalAlpha = 1;
  ctx.lineWidth = 1;
  ctx.strokeStyle = ink.edge;
  ctx.stroke();
}

/** Draw the events shown in groups; return the marks, each with its place on the canvas and its events. */
export function drawEvents(ctx, view, space, held, front) {
  const dots = [...front, ...held.map(({ x, y }) => [x, y])];
  const taken = dots.map(([x, y]) => ({ x, y, wide: 4, high: 4 }));
  const rows = groupEvents(view).map((cell) => rowOf(cell, held, taken));
  const marks = rows.flatMap((row) => row.marks);
  if (marks.length <= 80) for (const { list } of marks) drawRing(ctx, view, list[0], false);
  for (const row of rows) {
    if (row.marks.length > 1) drawPlate(ctx, row);
    for (const mark of row.marks) {
      drawMark(ctx, mark);
      hits.push({ x: mark.x, y: mark.y, r: mark.r + 3, kind: "event", list: mark.list });
    }
    space.block(
      row.x - row.width / 2 - 5,
      row.y - row.high - 3,
      row.x + row.width / 2 + 5,
      row.y + row.high + 3,
    );
  }
  return rows;
}
