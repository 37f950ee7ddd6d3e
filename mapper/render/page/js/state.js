/* What is shown: the moment, the selection, the filters; everything is painted from here. */

import { UNDATED, control, events, fronts, kinds, scene } from "./words.js";
import {
  certaintyOf,
  count,
  eventDay,
  eventEnd,
  eventSide,
  eventTitle,
  order,
  partyName,
  sourceOf,
} from "./scene.js";
import { marks } from "./map.js";
import { paintTime } from "./timeline.js";
import { paintPanel } from "./panel.js";
import { paintHeader } from "./header.js";
import { remember } from "./address.js";

export const TABS = ["events", "places", "distances", "sources"];
export const state = {
  day: scene.days,
  hover: null,
  window: scene.days > 31 ? 14 : 0,
  selected: null, // {kind: "event" | "place" | "check" | "source", index, list}
  tab: "events",
  query: "",
  hidden: { side: new Set(), kind: new Set(), certainty: new Set(), source: new Set() },
  playing: false,
  filtering: 0, // counts how often the filters were changed
  speed: 2,
};

export const passes = new Uint8Array(count);
export let visible = []; // events shown, newest first, undated ones last
let haystacks = null;

/** Text of an event that a search looks through. */
function haystack(i) {
  haystacks ??= Array.from({ length: count }, (_, k) =>
    `${eventTitle(k)} ${partyName(events.actor[k])} ${partyName(events.opponent[k])} ${sourceOf(k)} ${events.quote[k]}`.toLowerCase(),
  );
  return haystacks[i];
}

/** Mark the events that filters and search let through; dates are looked at later, they change faster. */
export function applyFilters() {
  state.filtering += 1;
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
export function applyMoment() {
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
export function controlAt(day) {
  const found = new Map();
  for (let i = 0; i < control.place.length; i++) {
    const since = control.since[i] ?? -Infinity;
    if (since > day || (control.until[i] !== null && control.until[i] <= day)) continue;
    const key = control.id[i] || control.place[i];
    const other = found.get(key);
    const newer = other === undefined || since > (control.since[other] ?? -Infinity);
    if (newer || (control.status[i] === "contested" && control.status[other] !== "contested"))
      found.set(key, i);
  }
  return [...found.values()];
}

export const frontDays = [...new Set(fronts.filter((f) => f.day !== null).map((f) => f.day))].sort(
  (a, b) => a - b,
);

const turns = [...new Set([...frontDays, ...fronts.map((row) => row.until).filter((d) => d !== null)])].sort(
  (a, b) => a - b,
);
const inForce = new Map();

/** The fronts in force from a day of change on. */
function frontFrom(turn) {
  if (!inForce.has(turn)) {
    const known = fronts.filter(
      (row) => row.day !== null && row.day <= turn && (row.until === null || turn < row.until),
    );
    inForce.set(turn, { known, course: JSON.stringify(known.map((row) => row.lines)) });
  }
  return inForce.get(turn);
}

/** The fronts known on a day, and those of the last day that had them elsewhere. */
export function frontsAt(day) {
  const dates = turns.filter((date) => date <= day);
  const now = dates.pop();
  if (now === undefined) return { now: [], before: [], beforeDay: null };
  const { known, course } = frontFrom(now);
  const before = dates.findLast((date) => frontFrom(date).course !== course);
  const past = before === undefined ? [] : frontFrom(before).known;
  return { now: known, before: past, beforeDay: before ?? null };
}

/** Alter the state and paint what depends on it, once a frame. */
let pending = null;
export function change(next) {
  const filters = "query" in next || "hidden" in next;
  Object.assign(state, next);
  if (filters) applyFilters();
  pending ??= requestAnimationFrame(() => {
    pending = null;
    paint();
  });
}

export function paint() {
  applyMoment();
  paintHeader();
  marks.redraw();
  paintTime();
  paintPanel();
  remember();
}
