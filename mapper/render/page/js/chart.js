/* The front chart: date to the right, kilometres along the axis upward. */

import { axis, byId, dateOf, el, fronts } from "./words.js";
import { mentionsOf, sideOf } from "./scene.js";
import { chart, dayX, plot } from "./time.js";

const CHART_HEIGHT = 128;
const NEAR_KM = 12;
export const charted = fronts.filter((row) => row.low !== null && row.day !== null);
export let chartCursor = null;
export let chartHover = null;

export const isChartShown = () =>
  charted.length > 1 && byId("chart-button").getAttribute("aria-expanded") === "true";

export function drawChart() {
  chart.hidden = !isChartShown();
  if (chart.hidden) return;
  const kms = [...axis.map((place) => place.km), ...charted.flatMap((row) => [row.low, row.high])];
  const [least, most] = [Math.min(...kms), Math.max(...kms)];
  const y = (value) => 8 + (1 - (value - least) / (most - least || 1)) * (CHART_HEIGHT - 16);
  const svg = el("svg", { height: CHART_HEIGHT, role: "img", "aria-label": chartSummary() });
  const right = plot.gutter + plot.width;
  charted.forEach((row, k) => {
    const [from, to] = [dayX(row.day), row.until === null ? right : dayX(row.until)];
    const wide = Math.max(to - from, 1);
    const high = row.lowSide === row.a ? row.b : row.a;
    const first = charted.findIndex((other) => other.day === row.day) === k;
    if (row.lowSide >= 0 && first) {
      const below = { x: from, y: y(row.low), width: wide, height: y(least) - y(row.low) };
      const above = { x: from, y: y(most), width: wide, height: y(row.high) - y(most) };
      svg.append(el("rect", { ...below, class: `held-${sideOf(row.lowSide)}` }));
      svg.append(el("rect", { ...above, class: `held-${sideOf(high)}` }));
    }
    const claimed = row.status === "reported" ? "" : " claimed";
    svg.append(
      el("rect", {
        x: from,
        y: y(row.high),
        width: wide,
        height: Math.max(y(row.low) - y(row.high), 2),
        class: "gap",
      }),
    );
    for (const value of [row.low, row.high])
      svg.append(el("path", { d: `M${from} ${y(value)}H${to}`, class: `edge${claimed}` }));
  });
  // Towns at which the front stood are named first, others where there is room.
  const stops = new Set(charted.flatMap((row) => [row.low, row.high]));
  const isStop = (place) => [...stops].some((km) => Math.abs(km - place.km) < NEAR_KM);
  const byWeight = [...axis].sort(
    (p, q) => isStop(q) - isStop(p) || mentionsOf(q) - mentionsOf(p) || p.km - q.km,
  );
  const rows = [];
  for (const place of byWeight) {
    svg.append(el("line", { x1: plot.gutter, x2: right, y1: y(place.km), y2: y(place.km), class: "grid" }));
    if (rows.some((other) => Math.abs(other - y(place.km)) < 11)) continue;
    rows.push(y(place.km));
    svg.append(
      el("text", { x: plot.gutter - 8, y: y(place.km) + 4, "text-anchor": "end" }, brief(place.name)),
    );
  }
  chartHover = el("line", { y1: 2, y2: CHART_HEIGHT - 2, class: "hover", visibility: "hidden" });
  chartCursor = el("line", { y1: 0, y2: CHART_HEIGHT, class: "cursor" });
  svg.append(chartHover, chartCursor);
  chart.replaceChildren(svg);
}

const brief = (name) => (name.length > 15 ? `${name.slice(0, 14)}…` : name);

function chartSummary() {
  const steps = charted.map(
    (row) => `${dateOf(row.day)}: between ${townAt(row.low)} and ${townAt(row.high)}`,
  );
  return `Position of the front along the axis. ${steps.join("; ")}`;
}

/** The town of the axis at a distance, or the distance itself. */
export function townAt(value) {
  const near = axis.filter((place) => Math.abs(place.km - value) < NEAR_KM);
  const at = near.find((place) => Math.abs(place.km - value) < 1);
  // Readers know the town better than its suburb.
  const town =
    at && near.reduce((known, place) => (mentionsOf(place) > mentionsOf(known) ? place : known), at);
  return town ? town.name : `km ${Math.round(value)}`;
}
