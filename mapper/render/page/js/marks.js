/* Who holds what, and what happened where. */

import { UNDATED, clamp, control, events, labels, scene, shapePath } from "./words.js";
import {
  certaintyOf,
  eventDay,
  eventEnd,
  eventSide,
  eventX,
  eventY,
  isEvent,
  isVague,
  sideOf,
} from "./scene.js";
import { controlAt, state, visible } from "./state.js";
import { ink } from "./board.js";

export const hits = []; // what lies where on the canvas, for pointer and tooltip

const CELL_PX = 20;
const NEAR_PX = [46, 24]; // marks nearer than this, across and down, become one group

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
  for (const cell of cells.sort((p, q) => size(q) - size(p) || p.x - q.x || p.y - q.y)) {
    const near = kept.find((k) => Math.abs(k.x - cell.x) < NEAR_PX[0] && Math.abs(k.y - cell.y) < NEAR_PX[1]);
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

export function drawControl(ctx, view, space) {
  const named = [];
  const r = haloRadius(view);
  for (const i of controlAt(state.day)) {
    if (control.lon[i] === null) continue;
    const [x, y] = view.at([control.lon[i], control.lat[i]]);
    const age = state.day - (control.confirmed[i] ?? control.since[i] ?? state.day);
    drawHalo(ctx, x, y, r, sideOf(control.holder[i]), control.status[i], clamp(1 - age / 60, 0.45, 1));
    ctx.beginPath();
    ctx.arc(x, y, 2.2, 0, 2 * Math.PI);
    ctx.fillStyle = ink.ink;
    ctx.fill();
    hits.push({ x, y, r, kind: "control", index: i });
    named.push({ x, y, name: labels[control.place[i]] ?? "" });
    space.block(x - r * 0.7, y - r * 0.7, x + r * 0.7, y + r * 0.7);
  }
  return named;
}

/** Draw one mark: filled for a known point, hollow for an area, pale when claimed, struck when denied. */
function drawMark(ctx, x, y, r, side, i, many) {
  const certainty = certaintyOf(i);
  const hollow = isVague(i);
  const colour = ink.sides[side];
  ctx.save();
  ctx.translate(x, y);
  const shape = new Path2D(shapePath(side, r));
  ctx.lineWidth = 3.5;
  ctx.strokeStyle = ink.paper;
  ctx.stroke(shape);
  ctx.fillStyle = hollow || certainty !== "reported" ? ink.paper : colour;
  ctx.fill(shape);
  if (!hollow && certainty === "claimed") {
    ctx.globalAlpha *= 0.45;
    ctx.fillStyle = colour;
    ctx.fill(shape);
    ctx.globalAlpha /= 0.45;
  }
  ctx.strokeStyle = colour;
  ctx.lineWidth = hollow ? 2.4 : 1.6;
  if (certainty === "planned") ctx.setLineDash([2, 2]);
  ctx.stroke(shape);
  ctx.setLineDash([]);
  if (certainty === "denied") {
    ctx.beginPath();
    ctx.moveTo(-r, r);
    ctx.lineTo(r, -r);
    ctx.stroke();
  }
  if (many > 1) {
    ctx.fillStyle = hollow || certainty !== "reported" ? ink.ink : ink["mark-ink"];
    ctx.font = '700 10.5px system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif';
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.fillText(many > 999 ? `${Math.round(many / 1000)}k` : String(many), 0, 0.5);
  }
  ctx.restore();
}

export function drawRing(ctx, view, i, strong) {
  const r = view.metres((events.error[i] ?? 0) * 1000, events.lat[i]);
  // A ring that holds the whole map says nothing on it; the card gives the error in km.
  if (r < 9 || (!strong && r > Math.min(view.width, view.height) / 3)) return;
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

export function drawEvents(ctx, view, space) {
  const cells = groupEvents(view);
  const groups = [];
  for (const cell of cells) {
    const present = [0, 1, 2].filter((side) => cell.sides[side].length);
    const radius = present.map((side) => clamp(5.4 + 1.1 * Math.log2(cell.sides[side].length), 5.4, 10.5));
    const width = radius.reduce((sum, r) => sum + 2 * r, 0) + 3 * (present.length - 1);
    let x = cell.x - width / 2;
    present.forEach((side, k) => {
      groups.push({ x: x + radius[k], y: cell.y, r: radius[k], side, list: cell.sides[side] });
      x += 2 * radius[k] + 3;
    });
  }
  if (groups.length <= 80) for (const group of groups) drawRing(ctx, view, group.list[0], false);
  for (const { x, y, r, side, list } of groups) {
    const age = eventDay[list[0]] === UNDATED ? 0 : state.day - eventEnd[list[0]];
    ctx.globalAlpha = clamp(1 - age / 21, 0.4, 1);
    drawMark(ctx, x, y, Math.max(r, list.length > 1 ? 8 : 0), side, list[0], list.length);
    ctx.globalAlpha = 1;
    hits.push({ x, y, r: r + 4, kind: "event", list });
    space.block(x - r - 1, y - r - 1, x + r + 1, y + r + 1);
  }
  return groups;
}

/** Density of events by cell for situations too large to show one by one. */
export function drawDensity(ctx, view) {
  const { density } = scene;
  if (!density) return;
  const first = state.window ? Math.floor((state.day - state.window) / 7) : -Infinity;
  const sums = new Map();
  for (let k = 0; k < density.x.length; k++) {
    if (density.week[k] * 7 > state.day || density.week[k] < first) continue;
    if (state.hidden.side.has(String(density.side[k]))) continue;
    const key = `${density.x[k]},${density.y[k]}`;
    sums.set(key, (sums.get(key) ?? 0) + density.count[k]);
  }
  const most = Math.log(1 + [...sums.values()].reduce((high, sum) => Math.max(high, sum), 1));
  ctx.fillStyle = ink.c;
  for (const [key, sum] of sums) {
    const [column, row] = key.split(",").map(Number);
    const [left, bottom] = view.at([column * density.cell, row * density.cell]);
    const [right, top] = view.at([(column + 1) * density.cell, (row + 1) * density.cell]);
    ctx.globalAlpha = 0.08 + 0.5 * (Math.log(1 + sum) / most);
    ctx.fillRect(left, top, right - left, bottom - top);
  }
  ctx.globalAlpha = 1;
}
