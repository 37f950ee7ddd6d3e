/* The address keeps the moment, so that a link shows it. */

import { byId, checks, clamp, dayOf, events, isoOf, places, reports, scene } from "./words.js";
import { TABS, applyFilters, state } from "./state.js";
import { map } from "./board.js";
import { paintCard } from "./card.js";
import { showFilters } from "./header.js";
import { WINDOWS } from "./main.js";

// In a frame made from text the address is that of the page around it, which is not ours to change.
const hasAddress = window.location.protocol !== "about:";
export let known = "";

export function remember() {
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
  for (const [name, values] of Object.entries(state.hidden))
    for (const value of values) parts.push(["hide", `${name}:${value}`]);
  const encode = (text) => encodeURIComponent(text).replaceAll("%2F", "/").replaceAll("%3A", ":");
  const hash = `#${parts.map(([name, value]) => `${name}=${encode(value)}`).join("&")}`;
  if (hash === known) return;
  known = hash;
  window.history.replaceState(null, "", hash);
}

/** Show what the address says; anything it does not say or that is not there stays as it is. */
export function recall() {
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
  if ([zoom, lat, lon].every(Number.isFinite))
    map.setView([clamp(lat, -85, 85), lon], clamp(zoom, 2, 13), { animate: false });
  byId("search").value = next.query;
  Object.assign(state, next, { hidden: state.hidden });
  byId("window").value = String(state.window);
  applyFilters();
  showFilters();
  paintCard();
}
