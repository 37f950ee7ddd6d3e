/* Pointing at the map. */

import { UNDATED, byId, clamp, control, dateOf, labels, places, plural } from "./words.js";
import { eventDate, eventDay, eventTitle, holdingOf, partyName } from "./scene.js";
import { map } from "./board.js";
import { hits } from "./marks.js";
import { marks } from "./map.js";
import { hover } from "./timeline.js";
import { select } from "./card.js";

export const tip = byId("tip");

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
    return `${labels[control.place[i]]}: ${holdingOf(i)}${since}`;
  }
  if (hit.kind === "cell") return plural(hit.many, "event");
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
