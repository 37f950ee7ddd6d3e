/* The moment and the way through time. */

import { axis, byId, clamp, dateOf, scene } from "./words.js";
import { change, state } from "./state.js";
import {
  THUMB,
  chart,
  dayAt,
  dayX,
  drawHistogram,
  drawTicks,
  plot,
  histogram,
  measure,
  momentsOfChange,
  slider,
} from "./time.js";
import { chartCursor, chartHover, drawChart, isChartShown } from "./chart.js";
import { announce } from "./header.js";

export function paintTime() {
  slider.value = String(state.day);
  slider.setAttribute("aria-valuetext", scene.first ? dateOf(state.day) : "no dates");
  drawHistogram();
  if (chart.hidden || !chartCursor) return;
  for (const [line, day] of [
    [chartCursor, state.day],
    [chartHover, state.hover],
  ]) {
    line.setAttribute("visibility", day === null ? "hidden" : "visible");
    line.setAttribute("x1", dayX(day ?? 0));
    line.setAttribute("x2", dayX(day ?? 0));
  }
}

/** Mark a day in both views of time. */
export function hover(day) {
  if (state.hover === day) return;
  state.hover = day;
  paintTime();
}

export function layOutTime() {
  measure(isChartShown() ? (axis.length ? 92 : 60) : 8);
  slider.style.marginLeft = `${plot.gutter - THUMB / 2}px`;
  slider.style.width = `${plot.width + THUMB}px`;
  drawTicks();
  drawChart();
  paintTime();
}

export function goTo(day) {
  change({ day: clamp(day, 0, scene.days) });
}

/** Go to the next (1) or previous (-1) day on which something is new. */
export function step(direction) {
  const days = momentsOfChange();
  const next = direction > 0 ? days.find((day) => day > state.day) : days.findLast((day) => day < state.day);
  if (next !== undefined) goTo(next);
  announce();
}

let lastTick = 0;
export function play(on) {
  if (!scene.first) return;
  if (on && state.day >= scene.days) state.day = 0;
  state.playing = on;
  const button = byId("play");
  button.setAttribute("aria-pressed", String(on));
  button.textContent = on ? "❚❚ Pause" : "▶ Play";
  lastTick = performance.now();
  if (on) requestAnimationFrame(tick);
  else announce();
  change({});
}

export function tick(now) {
  if (!state.playing) return;
  const days = Math.floor(((now - lastTick) / 1000) * state.speed);
  if (days > 0) {
    lastTick = now;
    goTo(state.day + days);
    if (state.day >= scene.days) return void play(false);
  }
  requestAnimationFrame(tick);
}

for (const surface of [histogram, chart]) {
  const dayUnder = (event) => dayAt(event.clientX - surface.getBoundingClientRect().left);
  surface.addEventListener("pointermove", (event) => {
    hover(dayUnder(event));
    if (event.buttons) goTo(dayUnder(event));
  });
  surface.addEventListener("pointerdown", (event) => goTo(dayUnder(event)));
  surface.addEventListener("pointerleave", () => hover(null));
}
