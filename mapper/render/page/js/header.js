/* Header, filters, legend, help. */

import {
  CERTAINTY,
  DEGREE,
  byId,
  checks,
  control,
  dateOf,
  el,
  events,
  fronts,
  isoOf,
  kinds,
  labels,
  parties,
  plural,
  scene,
  sentence,
  shapePath,
  swatch,
} from "./words.js";
import { certaintyOf, count, eventSide, isEvent, sideName, sourceOf, total } from "./scene.js";
import { change, controlAt, frontsAt, state, visible } from "./state.js";
import { map } from "./board.js";
import { ageText, frontAge } from "./front.js";
import { checksShown } from "./checks.js";
import { townAt } from "./chart.js";
import { isPhone } from "./card.js";
import { densityTotal, isDense, isDensityShown } from "./density.js";

export function paintHeader() {
  const moment = byId("moment");
  moment.textContent = scene.first ? dateOf(state.day) : "No dates";
  if (scene.first) moment.setAttribute("datetime", isoOf(state.day));
  const shown = isDensityShown() ? densityTotal() : visible.filter((i) => isEvent[i]).length;
  byId("count").textContent = `${shown.toLocaleString("en")} of ${plural(total, "event")}`;
  byId("age").textContent = frontText();
}

/** The place held that lies nearest to the lines of a front. */
function nearestHeld(rows) {
  const lines = rows.flatMap((row) => row.lines.flat());
  let [name, least] = ["", Infinity];
  for (const i of controlAt(state.day)) {
    if (control.lon[i] === null) continue;
    const shrink = Math.cos(control.lat[i] * DEGREE);
    for (const [lon, lat] of lines) {
      const far = Math.hypot((control.lon[i] - lon) * shrink, control.lat[i] - lat);
      if (far < least) [name, least] = [labels[control.place[i]] ?? "", far];
    }
  }
  return name;
}

/** Where the front is and how old the word of it. */
function frontText() {
  const found = frontsAt(state.day);
  if (!found.now.length) return "No front known";
  const row = found.now.find((front) => front.low !== null);
  const near = nearestHeld(found.now);
  const where = row
    ? `Front between ${townAt(row.low)} and ${townAt(row.high)}`
    : near
      ? `Front near ${near}`
      : "Front";
  return `${where}, evidence ${ageText(frontAge(found))}`;
}

export function announce() {
  byId("status").textContent =
    `${byId("moment").textContent}. ${byId("count").textContent}. ${byId("age").textContent}.`;
}

/** The values of a filter with how many events have each. */
function facet(valueOf) {
  const counts = new Map();
  for (let i = 0; i < count; i++) counts.set(valueOf(i), (counts.get(valueOf(i)) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}

export function buildFilters() {
  const host = byId("filters");
  const facets = [
    ["side", "Side", facet((i) => String(eventSide[i])).sort(), (side) => sideName(Number(side))],
    ["certainty", "Certainty", facet(certaintyOf), (value) => CERTAINTY[value] ?? value],
    [
      "kind",
      "Event",
      facet((i) => kinds[events.kind[i]]),
      (kind) => (kind === "holds" ? "Statements of control" : sentence(kind)),
    ],
    ["source", "Source", facet(sourceOf), (source) => source || "not named"],
  ];
  for (const [name, title, values, text] of facets) {
    const box = el("fieldset", {}, el("legend", {}, title));
    for (const [value, many] of values) {
      const input = el("input", { type: "checkbox", value, checked: "" });
      input.addEventListener("change", () => {
        if (input.checked) state.hidden[name].delete(value);
        else state.hidden[name].add(value);
        change({ hidden: state.hidden });
        paintFilterButton();
      });
      const label = el("span", { class: "name", dir: "auto" }, text(value));
      box.append(
        el(
          "label",
          { class: "choice" },
          input,
          label,
          el("span", { class: "many" }, many.toLocaleString("en")),
        ),
      );
    }
    host.append(box);
  }
  const all = el("button", { type: "button", onclick: clearFilters }, "Show all");
  const close = el("button", { type: "button", onclick: () => openFilters(false) }, "Close");
  host.append(el("div", { class: "row" }, all, close));
  byId("filter-button").addEventListener("click", () => openFilters(host.hidden));
}

function clearFilters() {
  for (const hidden of Object.values(state.hidden)) hidden.clear();
  change({ hidden: state.hidden });
  showFilters();
}

export function openFilters(open) {
  byId("filters").hidden = !open;
  byId("filter-button").setAttribute("aria-expanded", String(open));
  if (open) byId("filters").querySelector("input")?.focus();
  else byId("filter-button").focus();
}

/** Bring the boxes and the button in line with the state. */
export function showFilters() {
  const names = ["side", "certainty", "kind", "source"];
  byId("filters")
    .querySelectorAll("fieldset")
    .forEach((box, k) => {
      for (const input of box.querySelectorAll("input"))
        input.checked = !state.hidden[names[k]].has(input.value);
    });
  paintFilterButton();
}

function paintFilterButton() {
  const many = Object.values(state.hidden).reduce((sum, hidden) => sum + hidden.size, 0);
  byId("filter-button").textContent = many ? `Filters (${many} off)` : "Filters";
}

/** A line of the legend: a picture 30 by 18 and words. */
export function key(text, ...shapes) {
  return el(
    "div",
    { class: "key" },
    el("svg", { viewBox: "0 0 30 18", "aria-hidden": "true" }, ...shapes),
    el("span", { dir: "auto" }, text),
  );
}

export function buildLegend() {
  const body = byId("legend-body");
  for (const side of [0, 1]) {
    if (parties[side]) byId("sides").append(el("span", { dir: "auto" }, swatch(side), " ", parties[side]));
  }
  const at = (side, r) => ({ d: shapePath(side, r), transform: "translate(15 9)", class: `side-${side}` });
  const line = (attributes) =>
    el("path", { d: "M1 9H29", fill: "none", stroke: "currentColor", "stroke-width": 2, ...attributes });
  const halo = (dash) =>
    el("circle", {
      cx: 15,
      cy: 9,
      r: 7.5,
      class: "side-0",
      fill: "currentColor",
      "fill-opacity": 0.22,
      stroke: "currentColor",
      "stroke-dasharray": dash,
    });
  for (const side of [0, 1, 2]) {
    if (side < 2 && !parties[side]) continue;
    body.append(
      key(
        side < 2 ? sideName(side) : "Others, or not told",
        el("path", { ...at(side, 6), fill: "currentColor" }),
      ),
    );
  }
  byId("legend").addEventListener("toggle", () => change({}));
  body.append(
    el("hr"),
    key(
      "Reported; area only (ring: error)",
      el("path", { ...at(2, 4.5), transform: "translate(8 9)", fill: "currentColor" }),
      el("path", {
        ...at(2, 4.5),
        transform: "translate(22 9)",
        fill: "none",
        stroke: "currentColor",
        "stroke-width": 2,
      }),
    ),
    key(
      "Claimed by one side",
      el("path", { ...at(2, 5), fill: "currentColor", "fill-opacity": 0.4, stroke: "currentColor" }),
    ),
    key(
      "Place held; claimed",
      (() => {
        const g = el("g", { transform: "translate(-7 0)" });
        g.append(halo("none"));
        return g;
      })(),
      (() => {
        const g = el("g", { transform: "translate(8 0)" });
        g.append(halo("3 2"));
        return g;
      })(),
    ),
  );
  if (fronts.length) {
    body.append(
      el("hr"),
      key("Front, reported", line({})),
      key("Front, claimed by one side", line({ "stroke-dasharray": "6 4" })),
      key(
        "Nothing known between",
        el("rect", { x: 1, y: 3, width: 28, height: 12, fill: "currentColor", "fill-opacity": 0.22 }),
      ),
      key("Front before, and where it went", line({ "stroke-width": 3, "stroke-opacity": 0.35 })),
    );
  }
  if (isDense)
    body.append(
      key(
        "Many events; darker is more",
        el("path", { d: "M8 3L15 -1L22 3V12L15 16L8 12Z", fill: "currentColor", "fill-opacity": 0.4 }),
      ),
    );
  if (checks.length)
    body.append(
      key(
        "Distance as stated and measured",
        line({ "stroke-dasharray": "0.1 5", "stroke-linecap": "round" }),
      ),
    );
}

/** Open the legend in the corner of the map that covers least; leave it closed where it would cover the front. */
export function placeLegend() {
  const legend = byId("legend");
  const size = map.getSize();
  if (isPhone() || size.y < 380) return;
  legend.open = true;
  const [wide, high] = [legend.offsetWidth + 36, legend.offsetHeight + 36];
  const points = [
    ...fronts.flatMap((row) => row.lines.flat()),
    ...checksShown().flatMap((check) => [...check.line, ...(check.claimed ? [check.claimed] : [])]),
    ...control.lon.map((lon, i) => [lon, control.lat[i]]),
    ...events.lon.map((lon, i) => [lon, events.lat[i]]),
  ]
    .filter(([lon]) => lon !== null)
    .map(([lon, lat]) => map.latLngToContainerPoint([lat, lon]));
  const covered = (right, bottom) =>
    points.filter(
      (p) =>
        (right ? p.x > size.x - wide : p.x < wide) &&
        (bottom ? p.y > size.y - high - (right ? 0 : 40) : p.y < high),
    ).length;
  const corners = [
    ["", covered(true, true)],
    ["at-top", covered(true, false)],
    ["at-left", covered(false, true)],
  ].sort((p, q) => p[1] - q[1]);
  legend.className = `legend ${corners[0][0]}`;
  legend.open = corners[0][1] === 0;
}

export function buildHelp() {
  const keys = [
    ["Space", "play or pause"],
    ["← →, P N", "previous or next day with news"],
    ["/", "search"],
    ["Esc", "close card, filters or help"],
    ["?", "this help"],
  ];
  const close = el("button", { type: "button", onclick: () => byId("help").close() }, "Close");
  byId("help").append(
    el("h2", { id: "help-title" }, "How to read this map"),
    el(
      "p",
      {},
      "Every mark comes from a sentence of a report. Choose a mark or a row to see the sentence, how the place was found, and who says so. The map, the list, the timeline and the chart show the same day. The front moves only on evidence; between reports it stays and fades.",
    ),
    el(
      "dl",
      {},
      ...keys.flatMap(([press, what]) => [el("dt", {}, el("kbd", {}, press)), el("dd", {}, what)]),
    ),
    el(
      "p",
      {},
      "When the map has the focus, the arrow keys move it. The address of the page keeps the moment: copy the link to show it to somebody.",
    ),
    el("p", {}, close),
  );
}
