/* Saving a picture, keys, start. */

import { byId, el, fronts, isoOf, parties, scene, shapePath } from "./words.js";
import { sideName } from "./scene.js";
import { applyMoment, change, paint, state } from "./state.js";
import { ink, map, opening, readInk, viewOf } from "./board.js";
import { drawGround } from "./ground.js";
import { hits } from "./marks.js";
import { goToFront } from "./front.js";
import { base, drawMarks, marks } from "./map.js";
import { slider } from "./time.js";
import { charted } from "./chart.js";
import { goTo, layOutTime, play, step } from "./timeline.js";
import { buildPanel } from "./panel.js";
import { buildTiles } from "./tiles.js";
import { closeCard } from "./card.js";
import { announce, buildFilters, buildHelp, buildLegend, openFilters, placeLegend } from "./header.js";
import { known, recall, remember } from "./address.js";

// Room for the buttons of the map.
const FIT =
  window.innerWidth < 760
    ? { paddingTopLeft: [28, 60], paddingBottomRight: [28, 40] }
    : { paddingTopLeft: [64, 56], paddingBottomRight: [32, 40] };

/** The map as shown, with title, date, scale of colours and credits, as a PNG file. */
async function savePicture() {
  const size = map.getSize();
  const [head, foot, ratio] = [58, 30, 2];
  const canvas = el("canvas", {});
  canvas.width = size.x * ratio;
  canvas.height = (size.y + head + foot) * ratio;
  const ctx = canvas.getContext("2d");
  const font = 'system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif';
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.fillStyle = ink.paper;
  ctx.fillRect(0, 0, size.x, size.y + head + foot);
  ctx.save();
  ctx.beginPath();
  ctx.rect(0, head, size.x, size.y);
  ctx.clip();
  ctx.translate(0, head);
  const view = viewOf(map.containerPointToLayerPoint([0, 0]), size);
  const kept = [...hits];
  drawGround(ctx, view);
  drawMarks(ctx, view);
  hits.splice(0, Infinity, ...kept);
  ctx.restore();
  ctx.textBaseline = "alphabetic";
  ctx.textAlign = "left";
  ctx.fillStyle = ink.ink;
  ctx.font = `650 18px ${font}`;
  ctx.fillText(scene.title, 16, 25);
  ctx.font = `13px ${font}`;
  let x = 16;
  for (const side of [0, 1]) {
    if (!parties[side]) continue;
    ctx.fillStyle = ink.sides[side];
    ctx.save();
    ctx.translate(x + 6, 42);
    ctx.fill(new Path2D(shapePath(side, 5.5)));
    ctx.restore();
    ctx.fillStyle = ink.soft;
    ctx.fillText(sideName(side), x + 18, 47);
    x += 36 + ctx.measureText(sideName(side)).width;
  }
  ctx.fillStyle = ink.ink;
  ctx.font = `650 18px ${font}`;
  ctx.textAlign = "right";
  ctx.fillText(byId("moment").textContent, size.x - 16, 25);
  ctx.font = `12px ${font}`;
  ctx.fillStyle = ink.soft;
  ctx.fillText(byId("age").textContent, size.x - 16, 46);
  ctx.font = `11px ${font}`;
  ctx.textAlign = "left";
  ctx.fillText(document.querySelector(".credits p").textContent, 16, size.y + head + 19, size.x - 32);
  const picture = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  const address = URL.createObjectURL(picture);
  el("a", { href: address, download: `map-${scene.first ? isoOf(state.day) : "undated"}.png` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

async function copyLink() {
  remember();
  const button = byId("link-button");
  try {
    await navigator.clipboard.writeText(window.location.href);
    button.textContent = "Copied";
  } catch {
    // Without permission for the clipboard the address bar still has the link.
    button.textContent = "See address bar";
  }
  setTimeout(() => (button.textContent = "Copy link"), 1800);
}

export const WINDOWS = [
  [0, "everything so far"],
  [1, "that day"],
  [3, "last 3 days"],
  [7, "last 7 days"],
  [14, "last 14 days"],
  [30, "last 30 days"],
  [90, "last 90 days"],
];
const SPEEDS = [
  [0.5, "½ day/s"],
  [1, "1 day/s"],
  [2, "2 days/s"],
  [5, "5 days/s"],
  [10, "10 days/s"],
  [30, "30 days/s"],
];

function buildControls() {
  for (const [id, options, start] of [
    ["window", WINDOWS, state.window],
    ["speed", SPEEDS, state.speed],
  ]) {
    const box = byId(id);
    for (const [value, text] of options) box.append(el("option", { value }, text));
    box.value = String(start);
    box.addEventListener("change", () => change({ [id]: Number(box.value) }));
  }
  slider.max = String(scene.days);
  slider.addEventListener("input", () => goTo(Number(slider.value)));
  slider.addEventListener("change", announce);
  byId("previous").addEventListener("click", () => step(-1));
  byId("next").addEventListener("click", () => step(1));
  byId("play").addEventListener("click", () => play(!state.playing));
  const chartButton = byId("chart-button");
  chartButton.hidden = charted.length < 2;
  chartButton.setAttribute("aria-expanded", String(window.innerWidth >= 760 && window.innerHeight >= 740));
  chartButton.addEventListener("click", () => {
    chartButton.setAttribute("aria-expanded", String(chartButton.getAttribute("aria-expanded") !== "true"));
    layOutTime();
    map.invalidateSize();
  });
  document.querySelector(".time").hidden = scene.days < 1;
  byId("front-button").hidden = !fronts.length;
  byId("front-button").addEventListener("click", goToFront);
  byId("all-button").addEventListener("click", () => map.fitBounds(opening, { ...FIT, maxZoom: 10 }));
  const search = byId("search");
  search.addEventListener("input", () => change({ query: search.value.trim() }));
  byId("save-button").addEventListener("click", savePicture);
  byId("link-button").addEventListener("click", copyLink);
  byId("help-button").addEventListener("click", () => byId("help").showModal());
}

function onKey(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const target = event.target;
  if (event.key === "Escape") {
    if (!byId("filters").hidden) openFilters(false);
    else if (target === byId("search") && target.value) change({ query: (target.value = "") });
    else closeCard();
    return;
  }
  if (byId("help").open || target.closest("input:not([type=range]):not([type=checkbox]), select, textarea"))
    return;
  const inMap = map.getContainer().contains(target);
  const acts = {
    " ": () => !target.closest("button, summary, input") && play(!state.playing),
    "/": () => byId("search").focus(),
    "?": () => byId("help").showModal(),
    n: () => step(1),
    p: () => step(-1),
    ArrowRight: () => !inMap && !target.closest("input, [role=tab]") && step(1),
    ArrowLeft: () => !inMap && !target.closest("input, [role=tab]") && step(-1),
  };
  if (Object.hasOwn(acts, event.key) && acts[event.key]() !== false) event.preventDefault();
}

function start() {
  readInk();
  map.fitBounds(opening, { ...FIT, maxZoom: 10, animate: false });
  map.addLayer(base);
  map.addLayer(marks);
  buildControls();
  buildPanel();
  buildFilters();
  buildLegend();
  buildHelp();
  buildTiles();
  // The chart takes its room from the map, which is then fitted anew.
  layOutTime();
  map.invalidateSize({ animate: false });
  map.fitBounds(opening, { ...FIT, maxZoom: 10, animate: false });
  recall();
  applyMoment();
  placeLegend();
  paint();
  document.addEventListener("keydown", onKey);
  window.addEventListener("hashchange", () => {
    if (window.location.hash === known) return;
    recall();
    paint();
  });
  map.on("moveend", remember);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    readInk();
    base.redraw();
    paint();
  });
  new ResizeObserver(() => {
    map.invalidateSize({ animate: false });
    layOutTime();
  }).observe(document.querySelector(".map"));
  new ResizeObserver(layOutTime).observe(document.querySelector(".time"));
  window.__mapReady = true;
}

start();
