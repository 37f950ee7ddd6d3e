/* Time: histogram, slider, play. */

import { UNDATED, byId, clamp, dateOf, el, isoOf, scene } from "./words.js";
import { count, eventDay, eventEnd, eventSide, isEvent } from "./scene.js";
import { eachWeek, isDensityShown } from "./density.js";
import { frontDays, passes, state } from "./state.js";
import { ink } from "./board.js";

// Where time runs: `gutter` is the room for the names of towns beside the chart, which the histogram keeps too.
export const plot = { gutter: 8, width: 0 };
const RIGHT = 10;
export const THUMB = 16;
export const slider = byId("day");
export const histogram = byId("histogram");
export const chart = byId("chart");
const span = Math.max(scene.days, 1);

/** Measure the room for a new gutter. */
export function measure(gutter) {
  const padding = parseFloat(getComputedStyle(chart.parentElement).paddingLeft) * 2;
  plot.gutter = gutter;
  plot.width = chart.parentElement.clientWidth - padding - gutter - RIGHT;
}

export const dayX = (day) => plot.gutter + (day / span) * plot.width;
export const dayAt = (x) => clamp(Math.round(((x - plot.gutter) / plot.width) * span), 0, scene.days);

/** Days on which something new is known, among what the filters let through. */
export function momentsOfChange() {
  const days = new Set(frontDays);
  for (let i = 0; i < count; i++)
    if (passes[i] && isEvent[i] && eventDay[i] !== UNDATED) days.add(eventDay[i]);
  return [...days].sort((a, b) => a - b);
}

let counted = { filtering: -1 };

/** Events by bin of days and side, and those of uncertain date; counted anew when filters or width change. */
function countEvents() {
  const dense = isDensityShown();
  const least = Math.ceil((3 * (scene.days + 1)) / plot.width);
  const step = dense ? Math.max(7, 7 * Math.ceil(least / 7)) : Math.max(1, least);
  if (counted.filtering === state.filtering && counted.step === step) return counted;
  const bins = Array.from({ length: Math.floor(scene.days / step) + 1 }, () => [0, 0, 0]);
  const uncertain = [];
  if (dense) eachWeek((week, side, many) => (bins[Math.floor((week * 7) / step)][side] += many));
  for (let i = 0; i < count && !dense; i++) {
    if (!passes[i] || !isEvent[i] || eventDay[i] === UNDATED) continue;
    bins[Math.floor(clamp(eventDay[i], 0, scene.days) / step)][eventSide[i]] += 1;
    if (eventEnd[i] > eventDay[i]) uncertain.push(i);
  }
  const most = bins.reduce((high, bin) => Math.max(high, bin[0] + bin[1] + bin[2]), 1);
  counted = { filtering: state.filtering, step, bins, uncertain, most };
  return counted;
}

export function drawHistogram() {
  const width = histogram.clientWidth;
  const height = histogram.clientHeight;
  const ratio = window.devicePixelRatio || 1;
  if (!width) return;
  if (histogram.width !== width * ratio) {
    histogram.width = width * ratio;
    histogram.height = height * ratio;
  }
  const ctx = histogram.getContext("2d");
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.clearRect(0, 0, width, height);
  const { step, bins, uncertain, most } = countEvents();
  const lanes = Math.min(3, uncertain.length);
  const floor = height - 1 - lanes * 4;
  const wide = clamp((plot.width / bins.length) * 0.8, 1.5, 14);
  if (state.window) {
    ctx.fillStyle = ink.rule;
    const from = dayX(Math.max(0, state.day - state.window));
    ctx.globalAlpha = 0.6;
    ctx.fillRect(from, 0, dayX(state.day) - from, floor);
    ctx.globalAlpha = 1;
  }
  bins.forEach((bin, k) => {
    const middle = dayX(Math.min(k * step + (step - 1) / 2, scene.days));
    ctx.globalAlpha = k * step <= state.day ? 1 : 0.35;
    let y = floor;
    bin.forEach((many, side) => {
      const high = (many / most) * (floor - 3);
      ctx.fillStyle = ink.sides[side];
      ctx.fillRect(middle - wide / 2, y - high, wide, high);
      y -= high;
    });
  });
  const free = new Array(lanes).fill(-Infinity);
  for (const i of uncertain) {
    const from = dayX(eventDay[i]);
    const lane = free.findIndex((end) => end < from - 1);
    if (lane < 0) continue;
    free[lane] = dayX(Math.min(eventEnd[i], scene.days));
    ctx.globalAlpha = eventDay[i] <= state.day ? 0.8 : 0.3;
    ctx.fillStyle = ink.sides[eventSide[i]];
    ctx.fillRect(from, floor + 2 + lane * 4, Math.max(free[lane] - from, 3), 2.5);
  }
  ctx.globalAlpha = 1;
  ctx.fillStyle = ink.edge;
  ctx.fillRect(plot.gutter, floor, plot.width, 1);
  if (state.hover !== null) {
    ctx.fillStyle = ink.edge;
    ctx.fillRect(dayX(state.hover) - 0.5, 0, 1, height);
  }
  ctx.fillStyle = ink.ink;
  ctx.fillRect(dayX(state.day) - 0.75, 0, 1.5, height);
}

export function drawTicks() {
  const host = byId("ticks");
  host.replaceChildren();
  if (!scene.first) return;
  const steps = [1, 2, 5, 7, 14, 30, 61, 91, 182, 365, 730, 1826, 3652];
  const room = Math.max(2, Math.floor(plot.width / 90));
  const step = steps.find((days) => span / days <= room) ?? 7305;
  for (let day = 0; day <= scene.days; day += step) {
    const text =
      step > 180 || span > 500 ? `${dateOf(day, true)} ${isoOf(day).slice(0, 4)}` : dateOf(day, true);
    const tick = el("span", {}, text);
    tick.style.left = `${dayX(day)}px`;
    host.append(tick);
  }
}
