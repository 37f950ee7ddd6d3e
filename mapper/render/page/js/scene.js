/* The scene as arrays: what is drawn a thousand times is looked up, not computed. */

import {
  DEGREE,
  STATUS,
  UNDATED,
  clamp,
  control,
  dateOf,
  events,
  kinds,
  labels,
  parties,
  places,
  reports,
  scene,
  sentence,
} from "./words.js";

export const mercatorX = (lon) => (lon + 180) / 360;
export const mercatorY = (lat) =>
  0.5 - Math.log(Math.tan(Math.PI / 4 + (clamp(lat, -85.05, 85.05) * DEGREE) / 2)) / (2 * Math.PI);
export const sideOf = (party) => (party === 0 || party === 1 ? party : 2);
export const partyName = (party) => (party < 0 ? "" : parties[party]);
export const sideName = (side) => (side < 2 ? parties[side] || "" : "Others and unknown");

export const count = events.id.length;
export const eventDay = Int32Array.from(events.day, (day) => day ?? UNDATED);
export const eventEnd = Int32Array.from(events.end, (end, i) => Math.max(end ?? UNDATED, eventDay[i]));
export const eventSide = Uint8Array.from(events.actor, (actor) => sideOf(actor));
export const eventX = Float64Array.from(events.lon, (lon) => (lon === null ? NaN : mercatorX(lon)));
export const eventY = Float64Array.from(events.lat, (lat) => (lat === null ? NaN : mercatorY(lat)));
export const HOLDS = kinds.indexOf("holds");
const hasFlag = (i, flag) => (events.flagWords[events.flags[i]] ?? "").includes(flag);
export const isWithdrawn = (i) => hasFlag(i, "superseded");
export const isCorrection = (i) => hasFlag(i, "correction");
// A statement of who holds a place is a state, a second telling no second event, one withdrawn is none.
export const isEvent = Uint8Array.from(events.kind, (kind, i) =>
  kind !== HOLDS && events.same[i] < 0 && !isWithdrawn(i) ? 1 : 0,
);
export const order = Array.from({ length: count }, (_, i) => i).sort(
  (i, j) => eventDay[i] - eventDay[j] || i - j,
);
export const total = scene.total;

const mentions = new Map(
  places.map((place) => [place.id, place.names.reduce((sum, [, many]) => sum + many, 0)]),
);
/** How often the reports name a place. */
export const mentionsOf = ({ id }) => mentions.get(id) ?? 0;

export const certaintyOf = (i) => events.certaintyWords[events.certainty[i]] ?? "reported";
export const placeOf = (i) => (events.place[i] < 0 ? "" : labels[events.place[i]]);
export const kindOf = (i) => (events.kind[i] === HOLDS ? "Held by" : sentence(kinds[events.kind[i]]));
export const isVague = (i) => (events.error[i] ?? 0) >= 10 || hasFlag(i, "approximate");
export const sourceOf = (i) =>
  events.sourceWords[events.source[i]] ||
  reports[events.report[i]]?.source ||
  reports[events.report[i]]?.title ||
  "";

/** "Rebels, held" or "contested", as the row of a control table says. */
export function holdingOf(i) {
  const holder = partyName(control.holder[i]);
  const status = STATUS[control.status[i]] ?? control.status[i];
  return holder === status || !holder ? status : `${holder}, ${status}`;
}

/** Who is said to hold the place of a statement: the side, else whoever is named. */
export const holderOf = (i) => (events.holder[i] < 0 ? events.actor[i] : events.holder[i]);

export function eventTitle(i) {
  const place = placeOf(i);
  if (events.kind[i] === HOLDS) {
    const holder = partyName(holderOf(i)) || "unknown";
    return place ? `${place}: held by ${holder}` : `Held by ${holder}`;
  }
  return place ? `${kindOf(i)}, ${place}` : kindOf(i);
}

export function eventDate(i) {
  if (eventDay[i] === UNDATED) return "undated";
  if (eventEnd[i] <= eventDay[i]) return dateOf(eventDay[i]);
  return `${dateOf(eventDay[i], true)} – ${dateOf(eventEnd[i])}`;
}
