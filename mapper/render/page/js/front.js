/* The front: its lines, teeth, ghost and band. */

import { clamp, dateOf, plural } from "./words.js";
import { sideOf } from "./scene.js";
import { frontsAt, state } from "./state.js";
import { ink, map } from "./board.js";
import { hits } from "./marks.js";

/** Points of a run in pixels, at equal steps along it: x, y and the direction there. */
function walk(points, step, from) {
  const found = [];
  let left = from;
  for (let k = 1; k < points.length; k++) {
    const [x0, y0] = points[k - 1];
    const dx = points[k][0] - x0;
    const dy = points[k][1] - y0;
    const length = Math.hypot(dx, dy);
    while (left <= length && length > 0) {
      found.push({
        x: x0 + (dx * left) / length,
        y: y0 + (dy * left) / length,
        dx: dx / length,
        dy: dy / length,
      });
      left += step;
    }
    left -= length;
  }
  return found;
}

export function stroke(ctx, points, offset = 0) {
  ctx.beginPath();
  points.forEach(([x, y], k) => {
    const before = points[Math.max(k - 1, 0)];
    const after = points[Math.min(k + 1, points.length - 1)];
    const length = Math.hypot(after[0] - before[0], after[1] - before[1]) || 1;
    // (dy, -dx) points to the left of the way on a screen, whose y runs down.
    const px = x + (offset * (after[1] - before[1])) / length;
    const py = y - (offset * (after[0] - before[0])) / length;
    if (k) ctx.lineTo(px, py);
    else ctx.moveTo(px, py);
  });
  ctx.stroke();
}

const lengthOf = (points) =>
  points.reduce(
    (sum, p, k) => (k ? sum + Math.hypot(p[0] - points[k - 1][0], p[1] - points[k - 1][1]) : 0),
    0,
  );

const isRing = (line) => line[0].join() === line.at(-1).join();
const SHORTEST_PX = 42;
const POCKET_PX = 18; // the least radius of a ring, which then goes around the halo of its town
const SMALL_PX = 160; // shorter rings have no room for teeth

/** A circle about the middle of a ring. */
function circleOf(points, radius) {
  const [x, y] = points.reduce(([a, b], p) => [a + p[0] / points.length, b + p[1] / points.length], [0, 0]);
  // Clockwise on a screen or not, as the ring runs: the left side is that of party a.
  const area = points.reduce((sum, [px, py], k) => {
    const [qx, qy] = points[(k + 1) % points.length];
    return sum + px * qy - qx * py;
  }, 0);
  return Array.from({ length: 33 }, (_, k) => {
    const turn = (Math.sign(area) * 2 * Math.PI * k) / 32;
    return [x + radius * Math.cos(turn), y + radius * Math.sin(turn)];
  });
}

/** A line of a front in pixels; a short one grows over land to a length that can be seen. */
function courseOf(view, line, grows) {
  const points = line.map(view.at);
  const length = lengthOf(points);
  if (isRing(line) && length < 2 * Math.PI * POCKET_PX) return circleOf(points, POCKET_PX);
  const ends = grows.filter(Boolean).length;
  if (isRing(line) || length >= SHORTEST_PX || !length || !ends) return points;
  const more = (SHORTEST_PX - length) / ends / length;
  const [first, last] = [points[0], points.at(-1)];
  const [dx, dy] = [(last[0] - first[0]) * more, (last[1] - first[1]) * more];
  if (grows[0]) points.unshift([first[0] - dx, first[1] - dy]);
  if (grows[1]) points.push([last[0] + dx, last[1] + dy]);
  return points;
}

const coursesOf = (view, row) => row.lines.map((line, k) => courseOf(view, line, row.grows[k]));

/** The lines of a front that are no rings around a pocket, in pixels. */
const openLines = (view, rows) =>
  rows.flatMap((row) => coursesOf(view, row).filter((_, k) => !isRing(row.lines[k])));

/** The point half way along the longest run of a front, in pixels; null without a line. */
function middleOf(view, rows) {
  const runs = openLines(view, rows);
  const longest = runs.sort((a, b) => lengthOf(b) - lengthOf(a))[0];
  return longest ? (walk(longest, Infinity, lengthOf(longest) / 2)[0] ?? null) : null;
}

function drawFrontRow(ctx, view, row) {
  const left = ink.sides[sideOf(row.a)];
  const right = ink.sides[sideOf(row.b)];
  for (const [k, points] of coursesOf(view, row).entries()) {
    const isPocket = isRing(row.lines[k]) && lengthOf(points) < SMALL_PX;
    ctx.lineJoin = "round";
    ctx.lineCap = "butt";
    ctx.setLineDash([]);
    ctx.strokeStyle = ink.paper;
    ctx.lineWidth = 8;
    stroke(ctx, points);
    for (const [colour, offset, toSide] of [
      [left, 2.6, 1],
      [right, -2.6, -1],
    ]) {
      ctx.setLineDash(row.status === "reported" ? [] : [9, 6]);
      ctx.strokeStyle = colour;
      ctx.lineWidth = 2.6;
      stroke(ctx, points, offset);
      ctx.setLineDash([]);
      ctx.fillStyle = colour;
      // Teeth stand on their side's ground and point at the line: side a has the left one.
      if (isPocket) continue;
      for (const at of walk(points, 30, toSide === 1 ? 9 : 24)) {
        const nx = at.dy * toSide;
        const ny = -at.dx * toSide;
        ctx.beginPath();
        ctx.moveTo(at.x + nx * 3, at.y + ny * 3);
        ctx.lineTo(at.x + nx * 12 + at.dx * 5.5, at.y + ny * 12 + at.dy * 5.5);
        ctx.lineTo(at.x + nx * 12 - at.dx * 5.5, at.y + ny * 12 - at.dy * 5.5);
        ctx.fill();
      }
    }
    ctx.setLineDash(row.status === "reported" ? [] : [9, 6]);
    ctx.strokeStyle = ink.front;
    ctx.lineWidth = 2.2;
    stroke(ctx, points);
    ctx.setLineDash([]);
  }
}

/** Shade where nothing is known between the last place of one side and the first of the other. */
export function drawBands(ctx, view) {
  ctx.beginPath();
  for (const ring of frontsAt(state.day).now.flatMap((row) => row.band)) {
    ring.forEach((point, k) => (k ? ctx.lineTo(...view.at(point)) : ctx.moveTo(...view.at(point))));
    ctx.closePath();
  }
  ctx.fillStyle = ink.edge;
  ctx.globalAlpha = 0.2;
  ctx.fill("evenodd");
  ctx.globalAlpha = 1;
}

function drawArrow(ctx, from, to, colour) {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  if (length < 16) return;
  const dx = (to.x - from.x) / length;
  const dy = (to.y - from.y) / length;
  const tip = { x: to.x - dx * 8, y: to.y - dy * 8 };
  ctx.strokeStyle = ctx.fillStyle = colour;
  ctx.lineWidth = 2;
  ctx.beginPath();
  ctx.moveTo(from.x, from.y);
  ctx.lineTo(tip.x - dx * 7, tip.y - dy * 7);
  ctx.stroke();
  ctx.beginPath();
  ctx.moveTo(tip.x, tip.y);
  ctx.lineTo(tip.x - dx * 10 - dy * 5, tip.y - dy * 10 + dx * 5);
  ctx.lineTo(tip.x - dx * 10 + dy * 5, tip.y - dy * 10 - dx * 5);
  ctx.fill();
}

/** Bring the front of the day close, with the ground that nobody is known to hold. */
export function goToFront() {
  const { now } = frontsAt(state.day);
  const points = now.flatMap((row) => [...row.lines.flat(), ...row.band.flat()]);
  if (points.length)
    map.fitBounds(
      points.map(([lon, lat]) => [lat, lon]),
      { padding: [60, 60], maxZoom: 9 },
    );
}

/** How old the evidence of the front shown is, in days; null without a front. */
export function frontAge(found) {
  const told = found.now.map((row) => row.told ?? row.day);
  return told.length ? state.day - Math.max(...told) : null;
}

export const ageText = (age) => (age <= 0 ? "of the day" : `${plural(age, "day")} old`);

/** Draw where the front was before, with an arrow to where it is; say what the arrow means. */
export function drawGhost(ctx, view) {
  const { now, before: past, beforeDay } = frontsAt(state.day);
  const moved = now.find((row) => row.moved >= 1 && row.toward);
  if (!moved) return null;
  // Where there are fronts of several theatres, only the one that moved has a ghost.
  const standing = new Set(now.map((row) => JSON.stringify(row.lines)));
  const before = past.filter(
    (row) => row.a === moved.a && row.b === moved.b && !standing.has(JSON.stringify(row.lines)),
  );
  const to = middleOf(view, [moved]);
  const from = middleOf(view, before);
  if (!from || !to) return null;
  ctx.globalAlpha = 0.5;
  ctx.strokeStyle = ink.edge;
  ctx.lineWidth = 3;
  for (const row of before) for (const points of coursesOf(view, row)) stroke(ctx, points);
  ctx.globalAlpha = 0.8;
  drawArrow(ctx, from, to, ink.soft);
  ctx.globalAlpha = 1;
  return { to, text: `${Math.round(moved.moved)} km ${moved.toward} since ${dateOf(beforeDay, true)}` };
}

/** Points along the lines of the front in pixels, for what should keep off them. */
export const frontPoints = (view) =>
  frontsAt(state.day)
    .now.flatMap((row) => coursesOf(view, row))
    .flatMap((points) => walk(points, 6, 0).map(({ x, y }) => [x, y]));

export function drawFront(ctx, view, space) {
  const found = frontsAt(state.day);
  ctx.globalAlpha = clamp(1 - (frontAge(found) ?? 0) / 40, 0.4, 1);
  for (const row of found.now) drawFrontRow(ctx, view, row);
  ctx.globalAlpha = 1;
  for (const row of found.now) {
    for (const points of coursesOf(view, row)) {
      for (const at of walk(points, 14, 0)) {
        space.block(at.x - 8, at.y - 8, at.x + 8, at.y + 8);
        hits.push({ x: at.x, y: at.y, r: 10, kind: "front", row });
      }
    }
  }
  return found;
}

export function labelFront(view, space, found, ghost) {
  const to = middleOf(view, found.now);
  if (!to) return;
  const ends = openLines(view, found.now)
    .flatMap((line) => [line[0], line.at(-1)])
    .sort((a, b) => b[1] - a[1]);
  const claimed = found.now.every((row) => row.status !== "reported");
  // Where the losers went is told, how far is not: a way without kilometres.
  const { toward } = found.now.find((row) => row.toward && !(row.moved >= 1)) ?? {};
  const way = toward ? ` moving ${toward}` : "";
  const text = `Front${way}${claimed ? ", claimed by one side" : ""}: evidence ${ageText(frontAge(found))}`;
  const style = { size: 12, weight: 600, colour: ink.front, gap: 14 };
  if (!ends.some(([x, y]) => space.write(text, x, y, style))) space.reach(text, to.x, to.y, style);
  if (ghost)
    space.reach(ghost.text, ghost.to.x, ghost.to.y, {
      size: 12,
      weight: 600,
      colour: ink.soft,
      gap: 24,
      lead: false,
    });
}
