/* Words and numbers of the page, and elements made without markup. */

export const scene = JSON.parse(document.getElementById("mapper-data").textContent);
export const { axis, places, labels, kinds, parties } = scene;

/* Undo the packing of packing.py: rows come as columns, a text that came before as the number of its first
   row, lines as steps in ten-thousandths of a degree. */
const REPEATED = {
  events: ["quote", "trigger"],
  control: ["id", "status"],
  reports: ["title", "published", "source", "url"],
  checks: ["subject", "landmark", "stated", "said", "found", "label", "verdict", "sentence", "quote"],
};
function unpacked(name) {
  const columns = { ...scene[name] };
  for (const key of REPEATED[name] ?? []) {
    columns[key] = columns[key]?.map((text, _, all) => (typeof text === "number" ? all[text] : text));
  }
  return columns;
}
function rowsOf(columns) {
  const named = Object.entries(columns).filter(([, column]) => column);
  const rows = named.length ? named[0][1] : [];
  return rows.map((_, k) => Object.fromEntries(named.map(([name, column]) => [name, column[k]])));
}
function unpack(steps) {
  let [lon, lat] = [0, 0];
  return Array.from({ length: steps.length / 2 }, (_, k) => {
    lon += steps[2 * k];
    lat += steps[2 * k + 1];
    return [lon / 10000, lat / 10000];
  });
}
export const fronts = rowsOf(unpacked("fronts")).map((row) => ({
  ...row,
  lines: row.lines.map(unpack),
  band: row.band.map(unpack),
}));
export const checks = rowsOf(unpacked("checks")).map((row) => ({
  ...row,
  line: unpack(row.line),
  arc: unpack(row.arc),
}));
export const reports = rowsOf(unpacked("reports"));
function placed(columns) {
  const spots = unpack(columns.spots);
  const degrees = (axis) => columns.spot.map((spot) => (spot < 0 ? null : spots[spot][axis]));
  return { ...columns, lon: degrees(0), lat: degrees(1) };
}
export const control = placed(unpacked("control"));
export const events = placed(unpacked("events"));
events.trigger = events.trigger.map((trigger, i) => trigger ?? events.quote[i]);

const MONTHS = "January February March April May June July August September October November December".split(
  " ",
);
const DAY_MS = 86400000;
export const UNDATED = -1e9;
export const DEGREE = Math.PI / 180;
const ZERO = scene.first ? Date.parse(`${scene.first}T00:00:00Z`) : 0;
export const CERTAINTY = {
  reported: "Reported as fact",
  claimed: "Claimed by one side",
  denied: "Denied",
  planned: "Planned or threatened",
};
export const PRECISION = {
  day: "",
  few_days: "within a few days",
  week: "within a week",
  month: "within a month",
  unknown: "date not stated",
};
export const STATUS = { held: "held", claimed: "claimed, not confirmed", contested: "contested" };
export const VERDICT = { consistent: "fits", approximate: "roughly fits", inconsistent: "does not fit" };

export const byId = (id) => document.getElementById(id);
export const isoOf = (day) => new Date(ZERO + day * DAY_MS).toISOString().slice(0, 10);
export const sentence = (word) => word.charAt(0).toUpperCase() + word.slice(1).replaceAll("_", " ");
export const plural = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
export const km = (metres) => `${Math.round(metres / 1000).toLocaleString("en")} km`;

/** "10 March 2011", or "10 Mar" where room is short. */
export function dateOf(day, short = false) {
  const date = new Date(ZERO + day * DAY_MS);
  const month = MONTHS[date.getUTCMonth()];
  if (short) return `${date.getUTCDate()} ${month.slice(0, 3)}`;
  return `${date.getUTCDate()} ${month} ${date.getUTCFullYear()}`;
}

/** The day number of an ISO date, null for anything else. */
export function dayOf(iso) {
  const time = Date.parse(`${iso}T00:00:00Z`);
  return scene.first && !Number.isNaN(time) ? Math.round((time - ZERO) / DAY_MS) : null;
}

/** An element with attributes, listeners (`onclick`) and children; strings become text. */
export function el(tag, attributes = {}, ...children) {
  const svg = "svg path circle rect line text g title".split(" ").includes(tag);
  const node = svg
    ? document.createElementNS("http://www.w3.org/2000/svg", tag)
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

/** The shape of a side, 0 circle, 1 square, 2 diamond, about the origin with radius r. */
export function shapePath(side, r) {
  if (side === 0) return `M${-r} 0A${r} ${r} 0 1 1 ${r} 0A${r} ${r} 0 1 1 ${-r} 0Z`;
  if (side === 1) return `M${-r * 0.9} ${-r * 0.9}H${r * 0.9}V${r * 0.9}H${-r * 0.9}Z`;
  return `M0 ${-r * 1.2}L${r * 1.2} 0L0 ${r * 1.2}L${-r * 1.2} 0Z`;
}

/** A small picture of a side's shape for lists and the legend. */
export function swatch(side, hollow = false) {
  const paint = hollow
    ? { fill: "none", stroke: "currentColor", "stroke-width": 2.4 }
    : { fill: "currentColor" };
  return el(
    "svg",
    { viewBox: "-8 -8 16 16", class: `swatch side-${side}`, "aria-hidden": "true" },
    el("path", { d: shapePath(side, 5.6), ...paint }),
  );
}
