/*
 * The page of one situation: map, timeline, front chart and panel show one state.
 *
 * The scene (mapper/render/scene.py says what it holds) comes as JSON. Whatever comes from a report is put into
 * the page as text, never as markup. `change` alters the state and everything is painted anew from it.
 */

const L = window.L.noConflict();
const scene = JSON.parse(document.getElementById("mapper-data").textContent);
const { events, control, fronts, checks, axis, reports, places, labels, kinds, parties } = scene;

/* ---- words and numbers --------------------------------------------------------------------- */

const MONTHS = "January February March April May June July August September October November December".split(" ");
const DAY_MS = 86400000;
const UNDATED = -1e9;
const DEGREE = Math.PI / 180;
const ZERO = scene.first ? Date.parse(`${scene.first}T00:00:00Z`) : 0;
const CERTAINTY = {
  reported: "Reported as fact",
  claimed: "Claimed by one side",
  denied: "Denied",
  planned: "Planned or threatened",
};
const PRECISION = {
  day: "",
  few_days: "within a few days",
  week: "within a week",
  month: "within a month",
  unknown: "date not stated",
};
const STATUS = { held: "held", claimed: "claimed, not confirmed", contested: "contested" };
const VERDICT = { consistent: "fits", approximate: "roughly fits", inconsistent: "does not fit" };

const byId = (id) => document.getElementById(id);
const isoOf = (day) => new Date(ZERO + day * DAY_MS).toISOString().slice(0, 10);
const sentence = (word) => word.charAt(0).toUpperCase() + word.slice(1).replaceAll("_", " ");
const plural = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const km = (metres) => `${Math.round(metres / 1000).toLocaleString("en")} km`;

/** "10 March 2011", or "10 Mar" where room is short. */
function dateOf(day, short = false) {
  const date = new Date(ZERO + day * DAY_MS);
  const month = MONTHS[date.getUTCMonth()];
  if (short) return `${date.getUTCDate()} ${month.slice(0, 3)}`;
  return `${date.getUTCDate()} ${month} ${date.getUTCFullYear()}`;
}

/** The day number of an ISO date, null for anything else. */
function dayOf(iso) {
  const time = Date.parse(`${iso}T00:00:00Z`);
  return scene.first && !Number.isNaN(time) ? Math.round((time - ZERO) / DAY_MS) : null;
}

/** An element with attributes, listeners (`onclick`) and children; strings become text. */
function el(tag, attributes = {}, ...children) {
  const svg = "svg path circle rect line text g title".split(" ").includes(tag);
  const node = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

/** The shape of a side, 0 circle, 1 square, 2 diamond, about the origin with radius r. */
function shapePath(side, r) {
  if (side === 0) return `M${-r} 0A${r} ${r} 0 1 1 ${r} 0A${r} ${r} 0 1 1 ${-r} 0Z`;
  if (side === 1) return `M${-r * 0.9} ${-r * 0.9}H${r * 0.9}V${r * 0.9}H${-r * 0.9}Z`;
  return `M0 ${-r * 1.2}L${r * 1.2} 0L0 ${r * 1.2}L${-r * 1.2} 0Z`;
}

/** A small picture of a side's shape for lists and the legend. */
function swatch(side, hollow = false) {
  const paint = hollow ? { fill: "none", stroke: "currentColor", "stroke-width": 2.4 } : { fill: "currentColor" };
  return el(
    "svg",
    { viewBox: "-8 -8 16 16", class: `swatch side-${side}`, "aria-hidden": "true" },
    el("path", { d: shapePath(side, 5.6), ...paint }),
  );
}

/* ---- the scene as arrays ------------------------------------------------------------------- */

const mercatorX = (lon) => (lon + 180) / 360;
const mercatorY = (lat) => 0.5 - Math.log(Math.tan(Math.PI / 4 + (clamp(lat, -85.05, 85.05) * DEGREE) / 2)) / (2 * Math.PI);
const sideOf = (party) => (party === 0 || party === 1 ? party : 2);
const partyName = (party) => (party < 0 ? "" : parties[party]);
const sideName = (side) => (side < 2 ? parties[side] || "" : "Others and unknown");

const count = events.id.length;
const eventDay = Int32Array.from(events.day, (day) => day ?? UNDATED);
const eventEnd = Int32Array.from(events.end, (end, i) => Math.max(end ?? UNDATED, eventDay[i]));
const eventSide = Uint8Array.from(events.actor, (actor) => sideOf(actor));
const eventX = Float64Array.from(events.lon, (lon) => (lon === null ? NaN : mercatorX(lon)));
const eventY = Float64Array.from(events.lat, (lat) => (lat === null ? NaN : mercatorY(lat)));
const HOLDS = kinds.indexOf("holds");
// A statement of who holds a place is a state, and a second telling is no second event.
const isEvent = Uint8Array.from(events.kind, (kind, i) => (kind !== HOLDS && events.same[i] < 0 ? 1 : 0));
const order = Array.from({ length: count }, (_, i) => i).sort((i, j) => eventDay[i] - eventDay[j] || i - j);
const total = scene.total;

const certaintyOf = (i) => events.certaintyWords[events.certainty[i]] ?? "reported";
const placeOf = (i) => (events.place[i] < 0 ? "" : labels[events.place[i]]);
const kindOf = (i) => (events.kind[i] === HOLDS ? "Held by" : sentence(kinds[events.kind[i]]));
const isVague = (i) => (events.error[i] ?? 0) >= 10 || (events.flagWords[events.flags[i]] ?? "").includes("approximate");
const sourceOf = (i) =>
  events.sourceWords[events.source[i]] || reports[events.report[i]]?.source || reports[events.report[i]]?.title || "";

function eventTitle(i) {
  const place = placeOf(i);
  if (events.kind[i] === HOLDS) {
    const holder = partyName(events.holder[i]) || partyName(events.actor[i]) || "unknown";
    return place ? `${place}: held by ${holder}` : `Held by ${holder}`;
  }
  return place ? `${kindOf(i)}, ${place}` : kindOf(i);
}

function eventDate(i) {
  if (eventDay[i] === UNDATED) return "undated";
  if (eventEnd[i] <= eventDay[i]) return dateOf(eventDay[i]);
  return `${dateOf(eventDay[i], true)} – ${dateOf(eventEnd[i])}`;
}

/* ---- state --------------------------------------------------------------------------------- */

const TABS = ["events", "places", "distances", "sources"];
const state = {
  day: scene.days,
  hover: null,
  window: scene.days > 31 ? 14 : 0,
  selected: null, // {kind: "event" | "place" | "check" | "source", index, list}
  tab: "events",
  query: "",
  hidden: { side: new Set(), kind: new Set(), certainty: new Set(), source: new Set() },
  playing: false,
  speed: 2,
};

const passes = new Uint8Array(count);
let visible = []; // events shown, newest first, undated ones last
let haystacks = null;

/** Text of an event that a search looks through. */
function haystack(i) {
  haystacks ??= Array.from({ length: count }, (_, k) =>
    `${eventTitle(k)} ${partyName(events.actor[k])} ${partyName(events.opponent[k])} ${sourceOf(k)} ${events.quote[k]}`.toLowerCase(),
  );
  return haystacks[i];
}

/** Mark the events that filters and search let through; dates are looked at later, they change faster. */
function applyFilters() {
  const { side, kind, certainty, source } = state.hidden;
  const words = state.query.toLowerCase().split(/\s+/).filter(Boolean);
  for (let i = 0; i < count; i++) {
    passes[i] =
      !side.has(String(eventSide[i])) &&
      !kind.has(kinds[events.kind[i]]) &&
      !certainty.has(certaintyOf(i)) &&
      !source.has(sourceOf(i)) &&
      words.every((word) => haystack(i).includes(word))
        ? 1
        : 0;
  }
}

/** Fill `visible` for the moment and the window shown. */
function applyMoment() {
  const dated = [];
  const undated = [];
  const earliest = state.window ? state.day - state.window : -Infinity;
  for (let k = count - 1; k >= 0; k--) {
    const i = order[k];
    if (!passes[i] || events.same[i] >= 0) continue;
    if (eventDay[i] === UNDATED) undated.push(i);
    else if (eventDay[i] <= state.day && eventEnd[i] > earliest) dated.push(i);
  }
  visible = dated.concat(undated.reverse());
}

/** The control states of a day: for each place the newest one, a contested one before others. */
function controlAt(day) {
  const found = new Map();
  for (let i = 0; i < control.place.length; i++) {
    const since = control.since[i] ?? -Infinity;
    if (since > day || (control.until[i] !== null && control.until[i] <= day)) continue;
    const key = control.id[i] || control.place[i];
    const other = found.get(key);
    const newer = other === undefined || since > (control.since[other] ?? -Infinity);
    if (newer || (control.status[i] === "contested" && control.status[other] !== "contested")) found.set(key, i);
  }
  return [...found.values()];
}

const frontDays = [...new Set(fronts.filter((f) => f.day !== null).map((f) => f.day))].sort((a, b) => a - b);

const frontOf = new Map(frontDays.map((day) => [day, fronts.filter((row) => row.day === day)]));
const courseOf = (day) => JSON.stringify(frontOf.get(day).map((row) => row.lines));

/** The fronts known on a day, and those of the last day that had them elsewhere: a date lists the whole front. */
function frontsAt(day) {
  const dates = frontDays.filter((date) => date <= day);
  const now = dates.pop();
  if (now === undefined) return { now: [], before: [], beforeDay: null };
  const before = dates.findLast((date) => courseOf(date) !== courseOf(now));
  return { now: frontOf.get(now), before: frontOf.get(before) ?? [], beforeDay: before ?? null };
}

/** Alter the state and paint what depends on it, once a frame. */
let pending = null;
function change(next) {
  const filters = "query" in next || "hidden" in next;
  Object.assign(state, next);
  if (filters) applyFilters();
  pending ??= requestAnimationFrame(() => {
    pending = null;
    paint();
  });
}

function paint() {
  applyMoment();
  paintHeader();
  marks.redraw();
  paintTime();
  paintPanel();
  remember();
}

/* ---- canvases over Leaflet ----------------------------------------------------------------- */

const opening = [
  [scene.view[1], scene.view[0]],
  [scene.view[3], scene.view[2]],
];
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
const map = L.map("map", {
  attributionControl: false,
  zoomControl: false,
  zoomSnap: 0.25,
  zoomDelta: 1,
  wheelPxPerZoomLevel: 90,
  minZoom: 2,
  maxZoom: 13,
  maxBounds: [
    [-85, -220],
    [85, 220],
  ],
  zoomAnimation: !still,
  fadeAnimation: !still,
  inertia: !still,
});
L.control.zoom({ position: "topleft" }).addTo(map);
L.control.scale({ position: "bottomleft", maxWidth: 120 }).addTo(map);

/** A canvas as large as the map with a margin, which Leaflet moves and scales with it. */
const Board = L.Renderer.extend({
  initialize(pane, draw) {
    L.setOptions(this, { pane, padding: 0.15 });
    L.stamp(this);
    this._layers = {};
    this._draw = draw;
  },
  _initContainer() {
    this._container = el("canvas", { "aria-hidden": "true" });
  },
  _destroyContainer() {
    this._container.remove();
  },
  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    L.Renderer.prototype._update.call(this);
    const size = this._bounds.getSize();
    const ratio = window.devicePixelRatio || 1;
    const canvas = this._container;
    L.DomUtil.setPosition(canvas, this._bounds.min);
    if (canvas.width !== size.x * ratio || canvas.height !== size.y * ratio) {
      canvas.width = size.x * ratio;
      canvas.height = size.y * ratio;
      canvas.style.width = `${size.x}px`;
      canvas.style.height = `${size.y}px`;
    }
    this.redraw();
  },
  redraw() {
    if (!this._bounds) return;
    const ratio = window.devicePixelRatio || 1;
    const ctx = this._container.getContext("2d");
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, this._container.width, this._container.height);
    this._draw(ctx, viewOf(this._bounds.min, this._bounds.getSize()));
  },
});

/** How map coordinates (0 to 1) become pixels of a canvas whose corner is at `min`. */
function viewOf(min, size) {
  const scale = 256 * 2 ** map.getZoom();
  const origin = map.getPixelOrigin();
  const corner = map.containerPointToLayerPoint([0, 0]).subtract(min);
  const window = map.getSize();
  return {
    scale,
    seen: { left: corner.x, top: corner.y, right: corner.x + window.x, bottom: corner.y + window.y },
    width: size.x,
    height: size.y,
    zoom: map.getZoom(),
    x: (value) => value * scale - origin.x - min.x,
    y: (value) => value * scale - origin.y - min.y,
    at: ([lon, lat]) => [mercatorX(lon) * scale - origin.x - min.x, mercatorY(lat) * scale - origin.y - min.y],
    metres: (metres, lat) => (metres * scale) / (40075016.7 * Math.cos(lat * DEGREE)),
  };
}

let ink = {};
/** Read the colours of the style sheet, so that light and dark need no second list here. */
function readInk() {
  const style = getComputedStyle(document.documentElement);
  const names =
    "paper ink soft rule edge land sea coast river border admin town a b c front check mark-ink focus".split(" ");
  ink = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  ink.sides = [ink.a, ink.b, ink.c];
}
scene.colours.forEach((colour, side) => {
  if (colour) document.documentElement.style.setProperty(side ? "--b" : "--a", colour);
});

/* ---- the ground ---------------------------------------------------------------------------- */

/** Undo the difference coding of basemap.py and project: runs of x, y with their extent. */
function decodeRuns(runs, unitsPerDegree) {
  return runs.map((steps) => {
    const points = new Float64Array(steps.length);
    let lon = 0;
    let lat = 0;
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (let k = 0; k < steps.length; k += 2) {
      lon += steps[k];
      lat += steps[k + 1];
      points[k] = mercatorX(lon / unitsPerDegree);
      points[k + 1] = mercatorY(lat / unitsPerDegree);
      box[0] = Math.min(box[0], points[k]);
      box[1] = Math.min(box[1], points[k + 1]);
      box[2] = Math.max(box[2], points[k]);
      box[3] = Math.max(box[3], points[k + 1]);
    }
    return { points, box };
  });
}

const ground = Object.fromEntries(
  "land lakes rivers borders disputed admin1".split(" ").map((name) => [name, decodeRuns(scene.ground[name], 1000)]),
);
ground.world = decodeRuns(scene.ground.world, 20);
ground.farBorders = decodeRuns(scene.ground.farBorders, 20);
const [west, south, east, north] = scene.ground.extent;
const frame = [mercatorX(west), mercatorY(north), mercatorX(east), mercatorY(south)];

/** Trace runs that touch the view; `close` for areas. */
function trace(ctx, view, runs, close) {
  ctx.beginPath();
  for (const { points, box } of runs) {
    if (view.x(box[2]) < 0 || view.y(box[3]) < 0 || view.x(box[0]) > view.width || view.y(box[1]) > view.height) continue;
    ctx.moveTo(view.x(points[0]), view.y(points[1]));
    for (let k = 2; k < points.length; k += 2) ctx.lineTo(view.x(points[k]), view.y(points[k + 1]));
    if (close) ctx.closePath();
  }
}

/** Trace outlines without the edges that the clip has cut, which are no coast. */
function traceCoast(ctx, view, runs) {
  const close = (a, b) => Math.abs(a - b) < 1e-6;
  const onFrame = (x, y) => close(x, frame[0]) || close(x, frame[2]) || close(y, frame[1]) || close(y, frame[3]);
  ctx.beginPath();
  for (const { points } of runs) {
    let cut = true;
    for (let k = 0; k < points.length; k += 2) {
      const out = onFrame(points[k], points[k + 1]);
      if (k === 0 || (out && cut)) ctx.moveTo(view.x(points[k]), view.y(points[k + 1]));
      else ctx.lineTo(view.x(points[k]), view.y(points[k + 1]));
      cut = out;
    }
  }
}

function drawGround(ctx, view) {
  ctx.lineJoin = "round";
  ctx.fillStyle = ink.sea;
  ctx.fillRect(0, 0, view.width, view.height);
  trace(ctx, view, ground.world, true);
  ctx.fillStyle = ink.land;
  ctx.fill("evenodd");
  trace(ctx, view, ground.farBorders, false);
  ctx.strokeStyle = ink.border;
  ctx.lineWidth = 1;
  ctx.stroke();
  ctx.fillStyle = ink.sea;
  const [left, top] = [view.x(frame[0]), view.y(frame[1])];
  ctx.fillRect(left, top, view.x(frame[2]) - left, view.y(frame[3]) - top);
  trace(ctx, view, ground.land, true);
  ctx.fillStyle = ink.land;
  ctx.fill("evenodd");
  const strokes = [
    ["admin1", ink.admin, 1, [3, 3]],
    ["rivers", ink.river, 1.1, []],
    ["borders", ink.border, 1.3, []],
    ["disputed", ink.border, 1.3, [6, 4]],
  ];
  for (const [name, colour, width, dash] of strokes) {
    if (name === "admin1" && view.zoom < 5.5) continue;
    trace(ctx, view, ground[name], false);
    ctx.strokeStyle = colour;
    ctx.lineWidth = width;
    ctx.setLineDash(dash);
    ctx.stroke();
  }
  ctx.setLineDash([]);
  trace(ctx, view, ground.lakes, true);
  ctx.fillStyle = ink.sea;
  ctx.fill("evenodd");
  traceCoast(ctx, view, ground.land);
  ctx.strokeStyle = ink.coast;
  ctx.lineWidth = 1;
  ctx.stroke();
}

/* ---- labels that keep out of each other's way ----------------------------------------------- */

class LabelSpace {
  constructor(ctx, view) {
    this.ctx = ctx;
    this.view = view;
    this.boxes = [];
    const { left, top, right, bottom } = view.seen;
    this.block(left, top, left + 56, top + 92); // the zoom buttons
    this.block(left, bottom - 46, left + 130, bottom); // the scale
  }

  /** Keep a box free of labels. */
  block(left, top, right, bottom) {
    this.boxes.push([left, top, right, bottom]);
  }

  isFree(left, top, right, bottom) {
    return !this.boxes.some((b) => left < b[2] && right > b[0] && top < b[3] && bottom > b[1]);
  }

  /** Write text at the first free of the places about a point; say whether there was one. */
  write(text, x, y, { gap = 8, size = 12, weight = 400, colour = ink.ink, centre = false, italic = false, spots = 8 } = {}) {
    if (x < -40 || y < -40 || x > this.view.width + 40 || y > this.view.height + 40) return false;
    const { ctx } = this;
    const { seen } = this.view;
    const inside = x >= seen.left && x <= seen.right && y >= seen.top && y <= seen.bottom;
    ctx.font = `${italic ? "italic " : ""}${weight} ${size}px system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif`;
    const width = ctx.measureText(text).width;
    const high = size * 1.15;
    const slant = gap * 0.75;
    const corners = centre
      ? [[x - width / 2, y - high / 2]]
      : [
          [x + gap, y - high / 2],
          [x - gap - width, y - high / 2],
          [x - width / 2, y - gap - high],
          [x - width / 2, y + gap],
          [x + slant, y - slant - high],
          [x + slant, y + slant],
          [x - slant - width, y - slant - high],
          [x - slant - width, y + slant],
        ].slice(0, spots);
    for (const [left, top] of corners) {
      if (!this.isFree(left - 2, top - 1, left + width + 2, top + high + 1)) continue;
      if (inside && (left < seen.left + 4 || left + width > seen.right - 4 || top < seen.top + 2 || top + high > seen.bottom - 2))
        continue;
      this.block(left - 2, top - 1, left + width + 2, top + high + 1);
      ctx.textBaseline = "middle";
      ctx.textAlign = "left";
      ctx.lineJoin = "round";
      ctx.lineWidth = 3;
      ctx.strokeStyle = ink.paper;
      ctx.globalAlpha = 0.85;
      ctx.strokeText(text, left, top + high / 2);
      ctx.globalAlpha = 1;
      ctx.fillStyle = colour;
      ctx.fillText(text, left, top + high / 2);
      return true;
    }
    return false;
  }
}

/* ---- marks: who holds what, the front, events, distance checks ------------------------------- */

let hits = []; // what lies where on the canvas, for pointer and tooltip

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
  for (const { sides } of kept) for (const list of sides) list.sort((i, j) => eventDay[j] - eventDay[i] || j - i);
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

function drawControl(ctx, view, space) {
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

function drawRing(ctx, view, i, strong) {
  const r = view.metres((events.error[i] ?? 0) * 1000, events.lat[i]);
  if (r < 9) return;
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

function drawEvents(ctx, view, space) {
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
function drawDensity(ctx, view) {
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
  const most = Math.log(1 + Math.max(1, ...sums.values()));
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

/* the front */

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
      found.push({ x: x0 + (dx * left) / length, y: y0 + (dy * left) / length, dx: dx / length, dy: dy / length });
      left += step;
    }
    left -= length;
  }
  return found;
}

function stroke(ctx, points, offset = 0) {
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
  points.reduce((sum, p, k) => (k ? sum + Math.hypot(p[0] - points[k - 1][0], p[1] - points[k - 1][1]) : 0), 0);

/** The point half way along the longest run of a front, in pixels; null without a line. */
function middleOf(view, rows) {
  const open = rows.flatMap((row) => row.lines.filter((line) => line[0].join() !== line.at(-1).join()));
  const runs = open.map((line) => line.map(view.at));
  const longest = runs.sort((a, b) => lengthOf(b) - lengthOf(a))[0];
  return longest ? walk(longest, Infinity, lengthOf(longest) / 2)[0] ?? null : null;
}

function drawFrontRow(ctx, view, row) {
  const left = ink.sides[sideOf(row.a)];
  const right = ink.sides[sideOf(row.b)];
  for (const line of row.lines) {
    const points = line.map(view.at);
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
function drawBands(ctx, view) {
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

/** How old the evidence of the front shown is, in days; null without a front. */
function frontAge(found) {
  const told = found.now.map((row) => row.told ?? row.day);
  return told.length ? state.day - Math.max(...told) : null;
}

const ageText = (age) => (age <= 0 ? "of the day" : `${plural(age, "day")} old`);

/** Draw where the front was before, with an arrow to where it is; say what the arrow means. */
function drawGhost(ctx, view) {
  const { now, before, beforeDay } = frontsAt(state.day);
  const moved = now.find((row) => row.moved >= 1 && row.toward);
  const to = middleOf(view, now);
  const from = middleOf(view, before);
  if (!moved || !from || !to) return null;
  ctx.globalAlpha = 0.5;
  ctx.strokeStyle = ink.edge;
  ctx.lineWidth = 3;
  for (const row of before) for (const line of row.lines) stroke(ctx, line.map(view.at));
  ctx.globalAlpha = 0.8;
  drawArrow(ctx, from, to, ink.soft);
  ctx.globalAlpha = 1;
  return { to, text: `${Math.round(moved.moved)} km ${moved.toward} since ${dateOf(beforeDay, true)}` };
}

function drawFront(ctx, view, space) {
  const found = frontsAt(state.day);
  ctx.globalAlpha = clamp(1 - (frontAge(found) ?? 0) / 40, 0.4, 1);
  for (const row of found.now) drawFrontRow(ctx, view, row);
  ctx.globalAlpha = 1;
  for (const row of found.now) {
    for (const line of row.lines) {
      for (const at of walk(line.map(view.at), 14, 0)) {
        space.block(at.x - 8, at.y - 8, at.x + 8, at.y + 8);
        hits.push({ x: at.x, y: at.y, r: 10, kind: "front", row });
      }
    }
  }
  return found;
}

function labelFront(view, space, found, ghost) {
  const to = middleOf(view, found.now);
  if (!to) return;
  const lines = found.now.flatMap((row) => row.lines.map((line) => line.map(view.at)));
  const ends = lines.flatMap((line) => [line[0], line.at(-1)]).sort((a, b) => b[1] - a[1]);
  const claimed = found.now.every((row) => row.status !== "reported");
  const text = `Front${claimed ? ", claimed by one side" : ""}: evidence ${ageText(frontAge(found))}`;
  const style = { size: 12, weight: 600, colour: ink.front, gap: 14 };
  if (!ends.some(([x, y]) => space.write(text, x, y, style))) space.write(text, to.x, to.y, { ...style, gap: 26 });
  if (ghost) space.write(ghost.text, ghost.to.x, ghost.to.y, { size: 12, weight: 600, colour: ink.soft, gap: 24 });
}

/* distance checks */

function drawCheck(ctx, view, check, strong) {
  if (!check.line.length) return;
  ctx.strokeStyle = ctx.fillStyle = ink.check;
  ctx.globalAlpha = strong ? 1 : 0.7;
  ctx.lineCap = "round";
  ctx.lineWidth = strong ? 2.6 : 1.9;
  ctx.setLineDash([0.1, 6]);
  stroke(ctx, check.line.map(view.at));
  if (check.arc.length) {
    ctx.setLineDash([7, 5]);
    ctx.lineWidth = 1.3;
    stroke(ctx, check.arc.map(view.at));
  }
  ctx.setLineDash([]);
  if (check.claimed) {
    const [x, y] = view.at(check.claimed);
    ctx.lineWidth = 1.8;
    ctx.beginPath();
    ctx.moveTo(x - 5, y - 5);
    ctx.lineTo(x + 5, y + 5);
    ctx.moveTo(x + 5, y - 5);
    ctx.lineTo(x - 5, y + 5);
    ctx.stroke();
  }
  ctx.globalAlpha = 1;
  ctx.lineCap = "butt";
}

/** The checks to draw: the one chosen, or all of a few. */
function checksShown() {
  if (state.selected?.kind === "check") return [checks[state.selected.index]];
  return checks.length <= 3 ? checks : [];
}

function labelChecks(ctx, view, space) {
  for (const check of checksShown()) {
    if (!check.line.length) continue;
    const chosen = state.selected?.kind === "check";
    const [x, y] = view.at(check.line[Math.floor(check.line.length / 2)]);
    space.write(check.label, x, y, { size: 12, weight: chosen ? 700 : 600, colour: ink.check, gap: 9 });
    if (check.claimed && chosen) {
      const [cx, cy] = view.at(check.claimed);
      space.write("where the claim would put it", cx, cy, { size: 11.5, colour: ink.check, gap: 8 });
    }
  }
}

/* all together */

function drawSelection(ctx, view) {
  const chosen = state.selected;
  let at = null;
  if (chosen?.kind === "event" && !Number.isNaN(eventX[chosen.index])) {
    drawRing(ctx, view, chosen.index, true);
    at = [view.x(eventX[chosen.index]), view.y(eventY[chosen.index])];
  } else if (chosen?.kind === "place") {
    at = view.at([places[chosen.index].lon, places[chosen.index].lat]);
  }
  if (!at) return;
  ctx.beginPath();
  ctx.arc(at[0], at[1], 19, 0, 2 * Math.PI);
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
  for (const { lon, lat, name, class: kind } of places) {
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
    if (taken.some((place) => Math.hypot(place.x - x, place.y - y) < Math.max(14, view.metres(9000, lat)))) continue;
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
    space.write(name.toUpperCase(), ...view.at([lon, lat]), { size: 12, weight: 600, colour: ink.soft, centre: true });
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

function drawMarks(ctx, view) {
  hits = [];
  const space = new LabelSpace(ctx, view);
  drawDensity(ctx, view);
  drawAxis(ctx, view);
  drawBands(ctx, view);
  for (const check of checksShown()) drawCheck(ctx, view, check, state.selected?.kind === "check");
  const held = drawControl(ctx, view, space);
  const ghost = drawGhost(ctx, view);
  const groups = drawEvents(ctx, view, space);
  const front = drawFront(ctx, view, space);
  drawSelection(ctx, view);
  const named = held.map((place) => ({ ...place, weight: 650 }));
  for (const group of groups.slice(0, 150)) {
    const name = placeOf(group.list[0]);
    const near = named.some((place) => place.name === name || Math.hypot(place.x - group.x, place.y - group.y) < 14);
    if (name && !near) named.push({ x: group.x, y: group.y, name, weight: 550 });
  }
  for (const { x, y, name, weight } of named) space.write(name, x, y, { size: 12.5, weight, gap: 17 });
  labelFront(view, space, front, ghost);
  labelChecks(ctx, view, space);
  labelGround(view, space);
  drawTowns(ctx, view, space, named);
  hits.reverse(); // what was drawn last lies on top
}

map.createPane("ground").style.zIndex = 200;
map.createPane("marks").style.zIndex = 400;
const base = new Board("ground", drawGround);
const marks = new Board("marks", drawMarks);

/* ---- pointing at the map ------------------------------------------------------------------- */

const tip = byId("tip");

/** What lies under a point of the map, the topmost first. */
function hitAt(containerPoint) {
  const layer = map.containerPointToLayerPoint(containerPoint);
  const corner = marks._bounds.min;
  const x = layer.x - corner.x;
  const y = layer.y - corner.y;
  return hits.find((hit) => Math.hypot(hit.x - x, hit.y - y) <= Math.max(hit.r, 9)) ?? null;
}

function hitText(hit) {
  if (hit.kind === "event") {
    const [i] = hit.list;
    const more = hit.list.length > 1 ? ` and ${plural(hit.list.length - 1, "earlier event")}` : "";
    return `${eventTitle(i)}, ${eventDate(i)}${more}`;
  }
  if (hit.kind === "control") {
    const i = hit.index;
    const since = control.since[i] === null ? "" : ` since ${dateOf(control.since[i])}`;
    const holder = partyName(control.holder[i]) || "nobody known";
    return `${labels[control.place[i]]}: ${holder}, ${STATUS[control.status[i]]}${since}`;
  }
  const { row } = hit;
  return `Front of ${dateOf(row.day)}: ${partyName(row.a)} and ${partyName(row.b)}, ${row.status === "reported" ? "reported" : "claimed by one side"}`;
}

map.on("mousemove", (event) => {
  const hit = hitAt(event.containerPoint);
  map.getContainer().style.cursor = hit ? "pointer" : "";
  tip.hidden = !hit;
  if (!hit) return hover(null);
  tip.textContent = hitText(hit);
  const box = map.getSize();
  const { x, y } = event.containerPoint;
  tip.style.left = `${clamp(x + 14, 4, box.x - tip.offsetWidth - 4)}px`;
  tip.style.top = `${y + 18 + tip.offsetHeight > box.y ? y - tip.offsetHeight - 12 : y + 18}px`;
  if (hit.kind === "event" && eventDay[hit.list[0]] !== UNDATED) hover(eventDay[hit.list[0]]);
  return undefined;
});
map.on("mouseout", () => {
  tip.hidden = true;
  hover(null);
});
map.on("click", (event) => {
  const hit = hitAt(event.containerPoint);
  if (!hit) return select(null);
  if (hit.kind === "event") return select({ kind: "event", index: hit.list[0], list: hit.list });
  if (hit.kind === "control") {
    const place = places.findIndex((p) => p.id === control.id[hit.index]);
    if (place >= 0) return select({ kind: "place", index: place });
  }
  return undefined;
});

/* ---- time: histogram, slider, front chart ---------------------------------------------------- */

let gutter = 8; // room for the names of towns beside the chart; the histogram keeps the same
const RIGHT = 10;
const THUMB = 16;
const slider = byId("day");
const histogram = byId("histogram");
const chart = byId("chart");
const span = Math.max(scene.days, 1);

const sidePadding = () => parseFloat(getComputedStyle(chart.parentElement).paddingLeft) * 2;
const plotWidth = () => byId("chart").parentElement.clientWidth - sidePadding() - gutter - RIGHT;
const dayX = (day) => gutter + (day / span) * plotWidth();
const dayAt = (x) => clamp(Math.round(((x - gutter) / plotWidth()) * span), 0, scene.days);

/** Days on which something new is known, among what the filters let through. */
function momentsOfChange() {
  const days = new Set(frontDays);
  for (let i = 0; i < count; i++) if (passes[i] && isEvent[i] && eventDay[i] !== UNDATED) days.add(eventDay[i]);
  return [...days].sort((a, b) => a - b);
}

function drawHistogram() {
  const width = histogram.clientWidth;
  const height = histogram.clientHeight;
  const ratio = window.devicePixelRatio || 1;
  if (!width) return;
  histogram.width = width * ratio;
  histogram.height = height * ratio;
  const ctx = histogram.getContext("2d");
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  const step = Math.max(1, Math.ceil((3 * (scene.days + 1)) / plotWidth()));
  const bins = Array.from({ length: Math.floor(scene.days / step) + 1 }, () => [0, 0, 0]);
  const uncertain = [];
  for (let i = 0; i < count; i++) {
    if (!passes[i] || !isEvent[i] || eventDay[i] === UNDATED) continue;
    bins[Math.floor(clamp(eventDay[i], 0, scene.days) / step)][eventSide[i]] += 1;
    if (eventEnd[i] > eventDay[i]) uncertain.push(i);
  }
  const lanes = Math.min(3, uncertain.length);
  const floor = height - 1 - lanes * 4;
  const most = Math.max(1, ...bins.map((bin) => bin[0] + bin[1] + bin[2]));
  const wide = clamp((plotWidth() / bins.length) * 0.8, 1.5, 14);
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
  ctx.fillRect(gutter, floor, plotWidth(), 1);
  if (state.hover !== null) {
    ctx.fillStyle = ink.edge;
    ctx.fillRect(dayX(state.hover) - 0.5, 0, 1, height);
  }
  ctx.fillStyle = ink.ink;
  ctx.fillRect(dayX(state.day) - 0.75, 0, 1.5, height);
}

function drawTicks() {
  const host = byId("ticks");
  host.replaceChildren();
  if (!scene.first) return;
  const steps = [1, 2, 5, 7, 14, 30, 61, 91, 182, 365, 730, 1826, 3652];
  const room = Math.max(2, Math.floor(plotWidth() / 90));
  const step = steps.find((days) => span / days <= room) ?? 7305;
  for (let day = 0; day <= scene.days; day += step) {
    const text = step > 180 || span > 500 ? `${dateOf(day, true)} ${isoOf(day).slice(0, 4)}` : dateOf(day, true);
    const tick = el("span", {}, text);
    tick.style.left = `${dayX(day)}px`;
    host.append(tick);
  }
}

/* The front chart: date to the right, kilometres along the axis upward. */

const CHART_HEIGHT = 128;
const charted = fronts.filter((row) => row.low !== null && row.day !== null);
let chartCursor = null;
let chartHover = null;

const isChartShown = () => charted.length > 1 && byId("chart-button").getAttribute("aria-expanded") === "true";

function drawChart() {
  chart.hidden = !isChartShown();
  if (chart.hidden) return;
  const kms = [...axis.map((place) => place.km), ...charted.flatMap((row) => [row.low, row.high])];
  const [least, most] = [Math.min(...kms), Math.max(...kms)];
  const y = (value) => 8 + (1 - (value - least) / (most - least || 1)) * (CHART_HEIGHT - 16);
  const svg = el("svg", { height: CHART_HEIGHT, role: "img", "aria-label": chartSummary() });
  const right = gutter + plotWidth();
  charted.forEach((row, k) => {
    const next = charted.find((other) => other.day > row.day);
    const [from, to] = [dayX(row.day), next ? dayX(next.day) : right];
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
    svg.append(el("rect", { x: from, y: y(row.high), width: wide, height: Math.max(y(row.low) - y(row.high), 2), class: "gap" }));
    for (const value of [row.low, row.high])
      svg.append(el("path", { d: `M${from} ${y(value)}H${to}`, class: `edge${claimed}` }));
    if (next)
      svg.append(el("path", { d: `M${to} ${y((row.low + row.high) / 2)}V${y((next.low + next.high) / 2)}`, class: "edge claimed" }));
  });
  // Towns at which the front stood are named first, others where there is room.
  const stops = new Set(charted.flatMap((row) => [row.low, row.high]));
  const byWeight = [...axis].sort((p, q) => stops.has(q.km) - stops.has(p.km) || p.km - q.km);
  const rows = [];
  for (const place of byWeight) {
    svg.append(el("line", { x1: gutter, x2: right, y1: y(place.km), y2: y(place.km), class: "grid" }));
    if (rows.some((other) => Math.abs(other - y(place.km)) < 11.5)) continue;
    rows.push(y(place.km));
    svg.append(el("text", { x: gutter - 8, y: y(place.km) + 4, "text-anchor": "end" }, place.name));
  }
  chartHover = el("line", { y1: 2, y2: CHART_HEIGHT - 2, class: "hover", visibility: "hidden" });
  chartCursor = el("line", { y1: 0, y2: CHART_HEIGHT, class: "cursor" });
  svg.append(chartHover, chartCursor);
  chart.replaceChildren(svg);
}

function chartSummary() {
  const steps = charted.map((row) => `${dateOf(row.day)}: between ${townAt(row.low)} and ${townAt(row.high)}`);
  return `Position of the front along the axis. ${steps.join("; ")}`;
}

/** The town of the axis at a distance, or the distance itself. */
function townAt(value) {
  const town = axis.find((place) => Math.abs(place.km - value) < 1);
  return town ? town.name : `km ${Math.round(value)}`;
}

function paintTime() {
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
function hover(day) {
  if (state.hover === day) return;
  state.hover = day;
  paintTime();
}

function layOutTime() {
  gutter = isChartShown() ? (axis.length ? 92 : 60) : 8;
  slider.style.marginLeft = `${gutter - THUMB / 2}px`;
  slider.style.width = `${plotWidth() + THUMB}px`;
  drawTicks();
  drawChart();
  paintTime();
}

function goTo(day) {
  change({ day: clamp(day, 0, scene.days) });
}

/** Go to the next (1) or previous (-1) day on which something is new. */
function step(direction) {
  const days = momentsOfChange();
  const next = direction > 0 ? days.find((day) => day > state.day) : days.findLast((day) => day < state.day);
  if (next !== undefined) goTo(next);
  announce();
}

let lastTick = 0;
function play(on) {
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

function tick(now) {
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

/* ---- panel --------------------------------------------------------------------------------- */

const lists = byId("lists");
const card = byId("card");

/** A list of which only the rows in sight are in the document. */
class RowList {
  constructor(host, height, make) {
    this.host = host;
    this.height = height;
    this.make = make;
    this.items = [];
    this.rows = new Map();
  }

  show(items) {
    this.items = items;
    this.host.style.height = `${items.length * this.height}px`;
    for (const row of this.rows.values()) row.remove();
    this.rows.clear();
    this.paint();
  }

  paint() {
    const box = this.host.getBoundingClientRect();
    const frameBox = lists.getBoundingClientRect();
    const top = Math.max(0, frameBox.top) - box.top;
    const bottom = Math.min(window.innerHeight, frameBox.bottom) - box.top;
    const first = Math.max(0, Math.floor(top / this.height) - 4);
    const last = Math.min(this.items.length, Math.ceil(bottom / this.height) + 4);
    for (const [k, row] of this.rows) {
      if ((k < first || k >= last) && !row.contains(document.activeElement)) {
        row.remove();
        this.rows.delete(k);
      }
    }
    for (let k = first; k < last; k++) {
      if (this.rows.has(k)) continue;
      const row = el(
        "div",
        { role: "listitem", "aria-posinset": k + 1, "aria-setsize": this.items.length },
        this.make(this.items[k]),
      );
      row.style.top = `${k * this.height}px`;
      row.style.height = `${this.height}px`;
      row.dataset.row = k;
      this.rows.set(k, row);
      const after = [...this.rows.keys()].filter((other) => other > k).sort((a, b) => a - b)[0];
      this.host.insertBefore(row, after === undefined ? null : this.rows.get(after));
    }
  }

  /** Move the focus to a row, scrolling it into sight first. */
  focus(k) {
    if (k < 0 || k >= this.items.length) return;
    const box = this.host.getBoundingClientRect();
    const frameBox = lists.getBoundingClientRect();
    const top = box.top + k * this.height;
    if (top < frameBox.top) lists.scrollTop -= frameBox.top - top;
    if (top + this.height > frameBox.bottom) lists.scrollTop += top + this.height - frameBox.bottom;
    this.paint();
    this.rows.get(k)?.querySelector("button").focus();
  }
}

const isChosen = (kind, index) => state.selected?.kind === kind && state.selected.index === index;

function rowButton(picture, texts, kind, index) {
  const [meta, main, more] = texts;
  return el(
    "button",
    {
      type: "button",
      class: "row-button",
      "aria-current": isChosen(kind, index) ? "true" : null,
      onclick: () => select({ kind, index }, true),
    },
    picture,
    el("span", { class: "meta", dir: "auto" }, meta),
    el("span", { class: "main", dir: "auto" }, main),
    more ? el("span", { class: "more", dir: "auto" }, more) : null,
  );
}

/** The sign of a statement that somebody holds a place: the halo of the map. */
function stateSign(side) {
  const paint = { fill: "currentColor", "fill-opacity": 0.25, stroke: "currentColor", "stroke-width": 1.4 };
  const picture = el("circle", { r: 6, ...paint });
  return el("svg", { viewBox: "-8 -8 16 16", class: `swatch side-${side}`, "aria-hidden": "true" }, picture);
}

function eventRow(i) {
  const certainty = certaintyOf(i);
  const meta = [
    eventDate(i),
    partyName(events.actor[i]),
    certainty === "reported" ? "" : CERTAINTY[certainty].toLowerCase(),
    (events.error[i] ?? 0) >= 1 ? `±${Math.round(events.error[i])} km` : "",
  ];
  const hollow = isVague(i) || certainty === "denied" || certainty === "planned";
  const picture = events.kind[i] === HOLDS ? stateSign(sideOf(events.holder[i])) : swatch(eventSide[i], hollow);
  return rowButton(picture, [meta.filter(Boolean).join(" · "), eventTitle(i), events.quote[i]], "event", i);
}

function placeRow(index) {
  const place = places[index];
  const held = controlAt(state.day).find((i) => control.id[i] === place.id);
  const holder = held === undefined ? "" : `${partyName(control.holder[held])}, ${STATUS[control.status[held]]}`;
  const names = place.names.map(([name]) => name).filter((name) => name !== place.name);
  const meta = [holder || "holder not reported", names.length ? `read as ${names.join(", ")}` : ""];
  const picture = swatch(held === undefined ? 2 : sideOf(control.holder[held]), held === undefined);
  const mentions = place.names.reduce((sum, [, many]) => sum + many, 0);
  return rowButton(picture, [meta.filter(Boolean).join(" · "), place.name, plural(mentions, "mention")], "place", index);
}

function checkRow(index) {
  const check = checks[index];
  const error = check.error === null ? "" : `off by ${km(Math.abs(check.error))}`;
  const turn = check.off === null ? "" : `${Math.round(check.off)}° off`;
  const meta = [sentence(VERDICT[check.verdict] ?? check.verdict), error, turn].filter(Boolean).join(" · ");
  const picture = el(
    "svg",
    { viewBox: "-8 -8 16 16", class: "swatch", "aria-hidden": "true" },
    el("path", { d: "M-7 0H7M-7 -3V3M7 -3V3", fill: "none", stroke: "currentColor", "stroke-width": 1.6 }),
  );
  const ends = [check.subject, check.landmark].filter(Boolean).join(" – ");
  return rowButton(picture, [meta, ends || check.stated, check.label], "check", index);
}

function sourceRow(index) {
  const report = reports[index];
  const picture = el(
    "svg",
    { viewBox: "-8 -8 16 16", class: "swatch", "aria-hidden": "true" },
    el("path", { d: "M-5 -7H5V7H-5ZM-2.5 -3H2.5M-2.5 0H2.5M-2.5 3H1", fill: "none", stroke: "currentColor" }),
  );
  const meta = [report.published ? dateOf(report.day) : "undated", plural(report.events, "event")].join(" · ");
  return rowButton(picture, [meta, report.title || report.id, report.source], "source", index);
}

const panes = {};
function buildPanel() {
  const heights = { events: 74, places: 74, distances: 74, sources: 74 };
  const rows = { events: eventRow, places: placeRow, distances: checkRow, sources: sourceRow };
  for (const name of TABS) {
    const tab = el(
      "button",
      { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": `pane-${name}`, onclick: () => showTab(name) },
      sentence(name),
    );
    const note = el("p", { class: "note", hidden: "" });
    const host = el("div", { class: "rows", role: "list", "aria-label": sentence(name) });
    const pane = el("div", { role: "tabpanel", id: `pane-${name}`, "aria-labelledby": `tab-${name}` }, note, host);
    byId("tabs").append(tab);
    lists.append(pane);
    panes[name] = { tab, pane, note, list: new RowList(host, heights[name], rows[name]) };
  }
  byId("tabs").addEventListener("keydown", (event) => {
    const turn = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!turn) return;
    event.preventDefault();
    event.stopPropagation();
    const name = TABS[(TABS.indexOf(state.tab) + turn + TABS.length) % TABS.length];
    showTab(name);
    panes[name].tab.focus();
  });
  lists.addEventListener("keydown", (event) => {
    const turn = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const row = event.target.closest("[data-row]");
    if (!turn || !row) return;
    event.preventDefault();
    panes[state.tab].list.focus(Number(row.dataset.row) + turn);
  });
  const repaint = () => panes[state.tab].list.paint();
  lists.addEventListener("scroll", repaint, { passive: true });
  window.addEventListener("scroll", repaint, { passive: true });
  window.addEventListener("resize", repaint);
}

function showTab(name) {
  lists.scrollTop = 0;
  change({ tab: name, selected: null });
}

const matches = (text) => state.query.toLowerCase().split(/\s+/).every((word) => text.toLowerCase().includes(word));
const rank = { inconsistent: 0, approximate: 1, consistent: 2, unverifiable: 3 };

/** What a tab lists, and a line above the list. */
const contents = {
  events: () => {
    const note = visible.length ? "" : scene.first ? "Nothing is reported for this moment and these filters." : "No events.";
    const few = count < total ? `Of ${plural(total, "event")} the ${plural(count, "strongest")} are listed; shading shows how many there were in all.` : "";
    return [visible, [few, note].filter(Boolean).join(" ")];
  },
  places: () => {
    const items = places.map((_, index) => index);
    const shown = items.filter((k) => matches(`${places[k].name} ${places[k].names.map(([name]) => name).join(" ")}`));
    shown.sort((a, b) => places[b].reports.length - places[a].reports.length || places[a].name.localeCompare(places[b].name, "en"));
    const lost = scene.unplaced.map(([name, many]) => (many > 1 ? `${name} (${many})` : name));
    const note = lost.length ? `Not found in the gazetteer: ${lost.slice(0, 12).join(", ")}${lost.length > 12 ? " …" : ""}` : "";
    return [shown, note];
  },
  distances: () => {
    const shown = checks.map((_, index) => index).filter((k) => matches(`${checks[k].sentence} ${checks[k].label}`));
    shown.sort((a, b) => Math.abs(checks[b].error ?? 0) - Math.abs(checks[a].error ?? 0) || rank[checks[a].verdict] - rank[checks[b].verdict]);
    return [shown, checks.length ? "Stated against measured, the largest error first." : "The reports state no distance that can be checked."];
  },
  sources: () => [reports.map((_, k) => k).filter((k) => matches(`${reports[k].title} ${reports[k].source}`)), ""],
};

function paintPanel() {
  for (const name of TABS) {
    const { tab, pane } = panes[name];
    const chosen = name === state.tab;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
    pane.hidden = !chosen;
  }
  const { note, list } = panes[state.tab];
  const [items, text] = contents[state.tab]();
  note.textContent = text;
  note.hidden = !text;
  const focused = document.activeElement?.closest?.("[data-row]")?.dataset.row;
  list.show(items);
  if (focused !== undefined && card.hidden) list.rows.get(Number(focused))?.querySelector("button").focus();
}

/* ---- the card of one thing ------------------------------------------------------------------ */

let cameFrom = null; // the row that had the focus before the card opened, and how far the page was scrolled
const isPhone = () => window.innerWidth < 760;

/** Choose an event, place, check or source, or nothing; `move` brings it into sight on the map. */
function select(chosen, move = false) {
  const active = document.activeElement?.closest?.("[data-row]");
  if (chosen && !state.selected) cameFrom = { row: active ? Number(active.dataset.row) : null, scroll: window.scrollY };
  change({ selected: chosen });
  if (chosen && move) bringIntoSight(chosen);
  paintCard();
  if (!chosen) return;
  // On a phone the card is a sheet below the map, which comes to the top to be seen.
  if (isPhone()) document.querySelector(".map").scrollIntoView();
  card.focus({ preventScroll: true });
}

function closeCard() {
  if (!state.selected) return;
  state.selected = null;
  paintCard();
  paint();
  if (isPhone() && cameFrom) window.scrollTo(0, cameFrom.scroll);
  if (cameFrom?.row !== null && cameFrom?.row !== undefined) panes[state.tab].list.focus(cameFrom.row);
  else map.getContainer().focus({ preventScroll: true });
  cameFrom = null;
}

function bringIntoSight({ kind, index }) {
  if (kind === "check" && checks[index].line.length) {
    const all = [...checks[index].line, ...checks[index].arc].map(([lon, lat]) => [lat, lon]);
    map.fitBounds(all, { padding: [40, 40], maxZoom: 9 });
    return;
  }
  const at =
    kind === "event" && events.lon[index] !== null
      ? [events.lat[index], events.lon[index]]
      : kind === "place"
        ? [places[index].lat, places[index].lon]
        : null;
  if (at && !map.getBounds().pad(-0.1).contains(at)) map.panTo(at);
}

/** A definition row: a word and what stands for it, texts or elements. */
function fact(word, ...values) {
  const shown = values.filter(Boolean);
  return shown.length ? [el("dt", {}, word), el("dd", { dir: "auto" }, ...shown)] : [];
}

const small = (text) => (text ? el("small", { dir: "auto" }, text) : null);

/** A quote with the words that were understood marked. */
function quoteOf(text, trigger) {
  const at = trigger ? text.toLowerCase().indexOf(trigger.toLowerCase()) : -1;
  const quote = el("blockquote", { dir: "auto" });
  if (at < 0) quote.append(text);
  else quote.append(text.slice(0, at), el("mark", {}, text.slice(at, at + trigger.length)), text.slice(at + trigger.length));
  return quote;
}

/** Who wrote it and when, with a link if the address is on the web. */
function sourceOfReport(index) {
  const report = reports[index];
  if (!report) return [];
  const name = report.title || report.source || report.id;
  const title = /^https?:\/\//i.test(report.url)
    ? el("a", { href: report.url, target: "_blank", rel: "noopener noreferrer" }, name)
    : name;
  const when = report.published ? `published ${dateOf(report.day)}` : "no date of publication";
  return [title, small([report.title ? report.source : "", when].filter(Boolean).join(", "))];
}

function eventCard(i) {
  const certainty = certaintyOf(i);
  const site = places[events.site[i]];
  const chips = [
    el("span", { class: certainty === "reported" ? "chip" : "chip warn" }, CERTAINTY[certainty] ?? certainty),
  ];
  const names = site ? site.names.map(([name]) => name).filter((name) => name !== site.name) : [];
  const located = site
    ? [
        names.length ? `also read as ${names.join(", ")}` : "",
        [site.country, site.source, site.licence].filter(Boolean).join(", "),
        `${Math.round(site.score * 100)} % sure of the place`,
      ]
    : [];
  const error = events.error[i] === null ? "" : `±${events.error[i] < 10 ? events.error[i] : Math.round(events.error[i])} km`;
  const flags = events.flagWords[events.flags[i]] ?? "";
  const opponent = partyName(events.opponent[i]);
  const told = events.same.flatMap((same, k) => (same === i || (events.same[i] >= 0 && (k === events.same[i] || same === events.same[i])) ? [k] : []));
  const others = told.filter((k) => k !== i);
  const precision = PRECISION[events.precisionWords[events.precision[i]]] ?? "";
  return {
    title: eventTitle(i),
    side: eventSide[i],
    parts: [
      el("div", { class: "chips" }, ...chips),
      quoteOf(events.quote[i], events.trigger[i]),
      el(
        "dl",
        {},
        ...fact("Event", kindOf(i)),
        ...fact("By", partyName(events.actor[i]) || "not told", opponent ? small(`against ${opponent}`) : null),
        ...fact("Date", eventDate(i), small([precision, events.reason[i]].filter(Boolean).join("; "))),
        ...fact("Place", placeOf(i) || "none on the map", small([error, flags].filter(Boolean).join(", ")), ...located.map(small)),
        ...fact("Result", events.holder[i] >= 0 ? `held by ${partyName(events.holder[i])}` : ""),
        ...fact("Source", ...sourceOfReport(events.report[i])),
        ...(site ? fact("Wrong place?", pinHint(site)) : []),
      ),
      others.length
        ? el(
            "div",
            { class: "others" },
            el("h3", {}, "Other reports of the same event"),
            ...others.map((k) =>
              el("button", { type: "button", dir: "auto", onclick: () => select({ kind: "event", index: k }) }, `${sourceOf(k)}: ${events.quote[k]}`),
            ),
          )
        : null,
    ],
  };
}

/** The line of theatre.toml that would put a name somewhere else. */
function pinHint(site) {
  return el(
    "span",
    {},
    "Pin the name in theatre.toml:",
    el("code", {}, `[pins]\n${JSON.stringify(site.names[0][0])} = ${JSON.stringify(site.id)}`),
  );
}

function placeCard(index) {
  const place = places[index];
  const states = [];
  for (let i = 0; i < control.id.length; i++) if (control.id[i] === place.id) states.push(i);
  states.sort((a, b) => (control.since[a] ?? UNDATED) - (control.since[b] ?? UNDATED));
  const here = visible.filter((i) => events.site[i] === index);
  return {
    title: place.name,
    side: states.length ? sideOf(control.holder[states.at(-1)]) : 2,
    parts: [
      el(
        "dl",
        {},
        ...fact("Position", `${place.lat.toFixed(3)}, ${place.lon.toFixed(3)}`, small(place.country)),
        ...fact("Read as", place.names.map(([name, many]) => `${name} (${many})`).join(", ")),
        ...fact("Gazetteer", place.source, small([place.licence, `${Math.round(place.score * 100)} % sure`].filter(Boolean).join(", "))),
        ...fact(
          "Held by",
          ...states.map((i) => {
            const since = control.since[i] === null ? "" : `since ${dateOf(control.since[i])}`;
            const until = control.until[i] === null ? "" : `until ${dateOf(control.until[i])}`;
            const sure = control.confidence[i] === null ? "" : `confidence ${control.confidence[i]}`;
            return small([`${partyName(control.holder[i])}, ${STATUS[control.status[i]]}`, since, until, sure].filter(Boolean).join(", "));
          }),
        ),
        ...fact("Wrong place?", pinHint(place)),
      ),
      here.length
        ? el(
            "div",
            { class: "others" },
            el("h3", {}, "Events here"),
            ...here.slice(0, 30).map((i) =>
              el("button", { type: "button", dir: "auto", onclick: () => select({ kind: "event", index: i }) }, `${eventDate(i)}: ${eventTitle(i)}`),
            ),
          )
        : null,
    ],
  };
}

function checkCard(index) {
  const check = checks[index];
  return {
    title: [check.subject, check.landmark].filter(Boolean).join(" – ") || check.stated,
    side: null,
    parts: [
      el("div", { class: "chips" }, el("span", { class: "chip warn" }, sentence(VERDICT[check.verdict] ?? check.verdict))),
      el("p", { dir: "auto" }, check.sentence || check.label),
      quoteOf(check.quote, check.stated),
      el(
        "dl",
        {},
        ...fact("Stated", check.stated, check.claim === null ? null : small(km(check.claim))),
        ...fact("Measured", check.measured === null ? "" : km(check.measured), check.bearing === null ? null : small(`bearing ${Math.round(check.bearing)}°`)),
        ...fact("Error", check.error === null ? "" : `${check.error > 0 ? "+" : "−"}${km(Math.abs(check.error))}`, check.off === null ? null : small(`direction ${Math.round(check.off)}° off`)),
        ...fact("Source", ...sourceOfReport(check.report)),
      ),
    ],
  };
}

function sourceCard(index) {
  const own = order.filter((i) => events.report[i] === index);
  return {
    title: reports[index].title || reports[index].id,
    side: null,
    parts: [
      el("dl", {}, ...fact("Source", ...sourceOfReport(index)), ...fact("Events", String(reports[index].events))),
      el(
        "div",
        { class: "others" },
        ...own.slice(0, 200).map((i) =>
          el("button", { type: "button", dir: "auto", onclick: () => select({ kind: "event", index: i }, true) }, `${eventDate(i)}: ${eventTitle(i)}`),
        ),
      ),
    ],
  };
}

function paintCard() {
  const chosen = state.selected;
  card.hidden = !chosen;
  if (!chosen) return;
  const make = { event: eventCard, place: placeCard, check: checkCard, source: sourceCard }[chosen.kind];
  const { title, side, parts } = make(chosen.index);
  const list = chosen.list ?? [];
  const at = list.indexOf(chosen.index);
  const turn = (by) => select({ ...chosen, index: list[at + by] });
  const bar = el(
    "div",
    { class: "bar" },
    el("button", { type: "button", onclick: closeCard }, "‹ Back"),
    list.length > 1 ? el("span", {}, `${at + 1} of ${list.length} here`) : el("span", {}),
    list.length > 1 ? el("button", { type: "button", disabled: at <= 0 ? "" : null, "aria-label": "Newer", onclick: () => turn(-1) }, "‹") : null,
    list.length > 1 ? el("button", { type: "button", disabled: at >= list.length - 1 ? "" : null, "aria-label": "Older", onclick: () => turn(1) }, "›") : null,
  );
  const head = el("h2", { dir: "auto" }, side === null ? null : swatch(side), side === null ? null : " ", title);
  card.replaceChildren(bar, el("div", { class: "body" }, head, ...parts.filter(Boolean)));
  card.scrollTop = 0;
}

/* ---- header, filters, search, legend, help --------------------------------------------------- */

function paintHeader() {
  const moment = byId("moment");
  moment.textContent = scene.first ? dateOf(state.day) : "No dates";
  if (scene.first) moment.setAttribute("datetime", isoOf(state.day));
  const shown = visible.filter((i) => isEvent[i]).length;
  byId("count").textContent = `${shown.toLocaleString("en")} of ${plural(total, "event")}`;
  byId("age").textContent = frontText();
}

/** Where the front is and how old the word of it. */
function frontText() {
  const found = frontsAt(state.day);
  if (!found.now.length) return "No front known";
  const row = found.now.find((front) => front.low !== null);
  const [low, high] = row ? [townAt(row.low), townAt(row.high)] : [];
  const where = row ? `Front between ${low} and ${high}` : "Front";
  return `${where}, evidence ${ageText(frontAge(found))}`;
}

function announce() {
  byId("status").textContent = `${byId("moment").textContent}. ${byId("count").textContent}. ${byId("age").textContent}.`;
}

/** The values of a filter with how many events have each. */
function facet(valueOf) {
  const counts = new Map();
  for (let i = 0; i < count; i++) counts.set(valueOf(i), (counts.get(valueOf(i)) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}

function buildFilters() {
  const host = byId("filters");
  const facets = [
    ["side", "Side", facet((i) => String(eventSide[i])).sort(), (side) => sideName(Number(side))],
    ["certainty", "Certainty", facet(certaintyOf), (value) => CERTAINTY[value] ?? value],
    ["kind", "Event", facet((i) => kinds[events.kind[i]]), (kind) => (kind === "holds" ? "Statements of control" : sentence(kind))],
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
      box.append(el("label", { class: "choice" }, input, label, el("span", { class: "many" }, many.toLocaleString("en"))));
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

function openFilters(open) {
  byId("filters").hidden = !open;
  byId("filter-button").setAttribute("aria-expanded", String(open));
  if (open) byId("filters").querySelector("input")?.focus();
  else byId("filter-button").focus();
}

/** Bring the boxes and the button in line with the state. */
function showFilters() {
  const names = ["side", "certainty", "kind", "source"];
  byId("filters")
    .querySelectorAll("fieldset")
    .forEach((box, k) => {
      for (const input of box.querySelectorAll("input")) input.checked = !state.hidden[names[k]].has(input.value);
    });
  paintFilterButton();
}

function paintFilterButton() {
  const many = Object.values(state.hidden).reduce((sum, hidden) => sum + hidden.size, 0);
  byId("filter-button").textContent = many ? `Filters (${many} off)` : "Filters";
}

/** A line of the legend: a picture 30 by 18 and words. */
function key(text, ...shapes) {
  return el("div", { class: "key" }, el("svg", { viewBox: "0 0 30 18", "aria-hidden": "true" }, ...shapes), el("span", { dir: "auto" }, text));
}

function buildLegend() {
  const body = byId("legend-body");
  for (const side of [0, 1]) {
    if (parties[side]) byId("sides").append(el("span", { dir: "auto" }, swatch(side), " ", parties[side]));
  }
  const at = (side, r) => ({ d: shapePath(side, r), transform: "translate(15 9)", class: `side-${side}` });
  const line = (attributes) => el("path", { d: "M1 9H29", fill: "none", stroke: "currentColor", "stroke-width": 2, ...attributes });
  const halo = (dash) =>
    el("circle", { cx: 15, cy: 9, r: 7.5, class: "side-0", fill: "currentColor", "fill-opacity": 0.22, stroke: "currentColor", "stroke-dasharray": dash });
  for (const side of [0, 1, 2]) {
    if (side < 2 && !parties[side]) continue;
    body.append(key(side < 2 ? sideName(side) : "Others, or not told", el("path", { ...at(side, 6), fill: "currentColor" })));
  }
  body.append(
    el("hr"),
    key("Reported; area only (ring: error)", el("path", { ...at(2, 4.5), transform: "translate(8 9)", fill: "currentColor" }), el("path", { ...at(2, 4.5), transform: "translate(22 9)", fill: "none", stroke: "currentColor", "stroke-width": 2 })),
    key("Claimed by one side", el("path", { ...at(2, 5), fill: "currentColor", "fill-opacity": 0.4, stroke: "currentColor" })),
    key("Place held; claimed", (() => { const g = el("g", { transform: "translate(-7 0)" }); g.append(halo("none")); return g; })(), (() => { const g = el("g", { transform: "translate(8 0)" }); g.append(halo("3 2")); return g; })()),
  );
  if (fronts.length) {
    body.append(
      el("hr"),
      key("Front, reported", line({})),
      key("Front, claimed by one side", line({ "stroke-dasharray": "6 4" })),
      key("Nothing known between", el("rect", { x: 1, y: 3, width: 28, height: 12, fill: "currentColor", "fill-opacity": 0.22 })),
      key("Front before, and where it went", line({ "stroke-width": 3, "stroke-opacity": 0.35 })),
    );
  }
  if (checks.length) body.append(key("Distance as stated and measured", line({ "stroke-dasharray": "0.1 5", "stroke-linecap": "round" })));
}

/** Open the legend in the corner of the map that covers least; leave it closed where it would cover the front. */
function placeLegend() {
  const legend = byId("legend");
  const size = map.getSize();
  if (isPhone() || size.y < 380) return;
  legend.open = true;
  const [wide, high] = [legend.offsetWidth + 36, legend.offsetHeight + 36];
  const points = [...fronts.flatMap((row) => row.lines.flat()), ...axis.map((place) => place.at)]
    .concat(checks.flatMap((check) => (check.claimed ? [check.claimed] : [])))
    .concat(control.lon.flatMap((lon, i) => (lon === null ? [] : [[lon, control.lat[i]]])))
    .map(([lon, lat]) => map.latLngToContainerPoint([lat, lon]));
  const covered = (right, bottom) =>
    points.filter((p) => (right ? p.x > size.x - wide : p.x < wide) && (bottom ? p.y > size.y - high - (right ? 0 : 40) : p.y < high)).length;
  const corners = [
    ["bottom right", covered(true, true)],
    ["top right", covered(true, false)],
    ["bottom left", covered(false, true)],
  ].sort((p, q) => p[1] - q[1]);
  legend.className = `legend ${corners[0][0]}`;
  legend.open = corners[0][1] === 0;
}

function buildHelp() {
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
    el("p", {}, "Every mark comes from a sentence of a report. Choose a mark or a row to see the sentence, how the place was found, and who says so. The map, the list, the timeline and the chart show the same day. The front moves only on evidence; between reports it stays and fades."),
    el("dl", {}, ...keys.flatMap(([press, what]) => [el("dt", {}, el("kbd", {}, press)), el("dd", {}, what)])),
    el("p", {}, "When the map has the focus, the arrow keys move it. The address of the page keeps the moment: copy the link to show it to somebody."),
    el("p", {}, close),
  );
}

/* ---- the address keeps the moment ------------------------------------------------------------- */

// In a frame made from text the address is that of the page around it, which is not ours to change.
const hasAddress = window.location.protocol !== "about:";
let known = "";

function remember() {
  if (!hasAddress || state.playing) return;
  const parts = [];
  if (scene.first) parts.push(["t", isoOf(state.day)]);
  const { selected } = state;
  if (selected?.kind === "event") parts.push(["e", events.id[selected.index]]);
  if (selected?.kind === "place") parts.push(["p", places[selected.index].id]);
  if (selected?.kind === "check") parts.push(["d", String(selected.index)]);
  if (selected?.kind === "source") parts.push(["r", reports[selected.index].id]);
  const { lat, lng } = map.getCenter();
  parts.push(["m", `${map.getZoom()}/${lat.toFixed(3)}/${lng.toFixed(3)}`]);
  parts.push(["w", String(state.window)]);
  if (state.tab !== "events") parts.push(["tab", state.tab]);
  if (state.query) parts.push(["q", state.query]);
  for (const [name, values] of Object.entries(state.hidden)) for (const value of values) parts.push(["hide", `${name}:${value}`]);
  const encode = (text) => encodeURIComponent(text).replaceAll("%2F", "/").replaceAll("%3A", ":");
  const hash = `#${parts.map(([name, value]) => `${name}=${encode(value)}`).join("&")}`;
  if (hash === known) return;
  known = hash;
  window.history.replaceState(null, "", hash);
}

/** Show what the address says; anything it does not say or that is not there stays as it is. */
function recall() {
  const said = new URLSearchParams(hasAddress ? window.location.hash.slice(1) : "");
  const next = {};
  const day = dayOf(said.get("t") ?? "");
  if (day !== null) next.day = clamp(day, 0, scene.days);
  const days = Number(said.get("w") ?? NaN);
  if (WINDOWS.some(([value]) => value === days)) next.window = days;
  if (TABS.includes(said.get("tab"))) next.tab = said.get("tab");
  next.query = said.get("q") ?? "";
  for (const hidden of Object.values(state.hidden)) hidden.clear();
  for (const entry of said.getAll("hide")) {
    const [, name, value] = /^(\w+):(.*)$/s.exec(entry) ?? [];
    if (Object.hasOwn(state.hidden, name)) state.hidden[name].add(value);
  }
  const kinds = [
    ["event", events.id.indexOf(said.get("e"))],
    ["place", places.findIndex((place) => place.id === said.get("p"))],
    ["check", checks.findIndex((_, k) => String(k) === said.get("d"))],
    ["source", reports.findIndex((report) => report.id === said.get("r"))],
  ];
  const found = kinds.find(([, index]) => index >= 0);
  next.selected = found ? { kind: found[0], index: found[1] } : null;
  const [zoom, lat, lon] = (said.get("m") ?? "").split("/").map(Number);
  if ([zoom, lat, lon].every(Number.isFinite)) map.setView([clamp(lat, -85, 85), lon], clamp(zoom, 2, 13), { animate: false });
  byId("search").value = next.query;
  Object.assign(state, next, { hidden: state.hidden });
  byId("window").value = String(state.window);
  applyFilters();
  showFilters();
  paintCard();
}

/* ---- saving a picture, keys, start ------------------------------------------------------------ */

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
  const kept = hits;
  drawGround(ctx, view);
  drawMarks(ctx, view);
  hits = kept;
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

const WINDOWS = [
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
  chartButton.setAttribute("aria-expanded", String(window.innerWidth >= 760 && window.innerHeight >= 620));
  chartButton.addEventListener("click", () => {
    chartButton.setAttribute("aria-expanded", String(chartButton.getAttribute("aria-expanded") !== "true"));
    layOutTime();
    map.invalidateSize();
  });
  for (const id of ["previous", "next", "play", "day"]) byId(id).disabled = !scene.first || scene.days < 1;
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
  if (byId("help").open || target.closest("input:not([type=range]):not([type=checkbox]), select, textarea")) return;
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
  map.fitBounds(opening, { padding: [20, 20], maxZoom: 10, animate: false });
  map.addLayer(base);
  map.addLayer(marks);
  buildControls();
  buildPanel();
  buildFilters();
  buildLegend();
  buildHelp();
  recall();
  applyMoment();
  layOutTime();
  map.invalidateSize({ animate: false });
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
