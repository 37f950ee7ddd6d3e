/* The lists beside the map. */

import {
  CERTAINTY,
  VERDICT,
  byId,
  checks,
  control,
  dateOf,
  el,
  events,
  km,
  places,
  plural,
  reports,
  scene,
  sentence,
  swatch,
} from "./words.js";
import {
  HOLDS,
  certaintyOf,
  eventDate,
  eventSide,
  eventTitle,
  holdingOf,
  isVague,
  partyName,
  sideOf,
  holderOf,
  isCorrection,
  isWithdrawn,
} from "./scene.js";
import { TABS, change, controlAt, state, visible } from "./state.js";
import { select } from "./card.js";
import { densityNote } from "./density.js";

const lists = byId("lists");
export const card = byId("card");

const MOST_PRINTED = 400;

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
    for (const row of this.rows.values()) row.remove();
    this.rows.clear();
    this.paint();
  }

  /** Put the rows in sight into the document. */
  paint() {
    const box = this.host.getBoundingClientRect();
    const frameBox = lists.getBoundingClientRect();
    const top = Math.max(0, frameBox.top) - box.top;
    const bottom = Math.min(window.innerHeight, frameBox.bottom) - box.top;
    this.host.style.height = `${this.items.length * this.height}px`;
    this.put(Math.floor(top / this.height) - 4, Math.ceil(bottom / this.height) + 4);
  }

  /** Put the first rows into the document, in sight or not: paper has no scroll bar. */
  unroll() {
    this.put(0, MOST_PRINTED);
    this.host.style.height = `${Math.min(this.items.length, MOST_PRINTED) * this.height}px`;
  }

  put(from, to) {
    const first = Math.max(0, from);
    const last = Math.min(this.items.length, to);
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
    isWithdrawn(i) ? "withdrawn by a correction" : isCorrection(i) ? "correction" : "",
    certainty === "reported" ? "" : (CERTAINTY[certainty] ?? certainty).toLowerCase(),
    (events.error[i] ?? 0) >= 1 ? `±${Math.round(events.error[i])} km` : "",
  ];
  const hollow = isVague(i) || isWithdrawn(i) || certainty === "denied" || certainty === "planned";
  const picture = events.kind[i] === HOLDS ? stateSign(sideOf(holderOf(i))) : swatch(eventSide[i], hollow);
  const texts = [meta.filter(Boolean).join(" · "), eventTitle(i), events.quote[i]];
  const row = rowButton(picture, texts, "event", i);
  if (isWithdrawn(i)) row.classList.add("withdrawn");
  return row;
}

/** How the reports and the gazetteer spell a place. */
export const spellingsOf = (place) => [...new Set([...place.names.map(([name]) => name), place.name])];

function placeRow(index) {
  const place = places[index];
  const held = controlAt(state.day).find((i) => control.id[i] === place.id);
  const holder = held === undefined ? "" : holdingOf(held);
  const names = spellingsOf(place).filter((name) => name !== place.label);
  const meta = [holder || "holder not reported", names.length ? `also ${names.join(", ")}` : ""];
  const picture = swatch(held === undefined ? 2 : sideOf(control.holder[held]), held === undefined);
  const mentions = place.names.reduce((sum, [, many]) => sum + many, 0);
  return rowButton(
    picture,
    [meta.filter(Boolean).join(" · "), place.label, plural(mentions, "mention")],
    "place",
    index,
  );
}

/** The claims about one pair of places, in the order of the reports. */
export const checksOf = (pair) => checks.map((_, k) => k).filter((k) => checks[k].pair === pair);

function checkRow(index) {
  const check = checks[index];
  const all = checksOf(check.pair);
  const error = check.error === null ? "" : `off by ${km(Math.abs(check.error))}`;
  const turn = check.off === null ? "" : `${Math.round(check.off)}° off`;
  const many = all.length > 1 ? plural(all.length, "claim") : "";
  const meta = [sentence(VERDICT[check.verdict] ?? check.verdict), error, turn, many];
  const from = (k) => (checks[k].landmark === check.landmark ? "" : ` of ${checks[k].landmark}`);
  const claimed = all.filter((k) => checks[k].said).map((k) => `${checks[k].said}${from(k)}`);
  const said = [...new Set(claimed)].join("; ");
  const more = many ? `measured ${check.found}, claimed ${said}` : check.label;
  const picture = el(
    "svg",
    { viewBox: "-8 -8 16 16", class: "swatch", "aria-hidden": "true" },
    el("path", { d: "M-7 0H7M-7 -3V3M7 -3V3", fill: "none", stroke: "currentColor", "stroke-width": 1.6 }),
  );
  const ends = [check.subject, check.landmark].filter(Boolean).join(" – ");
  return rowButton(picture, [meta.filter(Boolean).join(" · "), ends || check.stated, more], "check", index);
}

function sourceRow(index) {
  const report = reports[index];
  const picture = el(
    "svg",
    { viewBox: "-8 -8 16 16", class: "swatch", "aria-hidden": "true" },
    el("path", { d: "M-5 -7H5V7H-5ZM-2.5 -3H2.5M-2.5 0H2.5M-2.5 3H1", fill: "none", stroke: "currentColor" }),
  );
  const repeats = report.same >= 0 ? "repeats another report" : "";
  const meta = [report.published ? dateOf(report.day) : "undated", plural(report.events, "event"), repeats];
  const texts = [meta.filter(Boolean).join(" · "), report.title || report.id, report.source];
  return rowButton(picture, texts, "source", index);
}

export const panes = {};
export function buildPanel() {
  const heights = { events: 74, places: 74, distances: 74, sources: 74 };
  const rows = { events: eventRow, places: placeRow, distances: checkRow, sources: sourceRow };
  for (const name of TABS) {
    const tab = el(
      "button",
      {
        type: "button",
        role: "tab",
        id: `tab-${name}`,
        "aria-controls": `pane-${name}`,
        onclick: () => showTab(name),
      },
      sentence(name),
    );
    const note = el("p", { class: "note", hidden: "" });
    const host = el("div", { class: "rows", role: "list", "aria-label": sentence(name) });
    const pane = el(
      "div",
      { role: "tabpanel", id: `pane-${name}`, "aria-labelledby": `tab-${name}` },
      note,
      host,
    );
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
  window.addEventListener("beforeprint", () => panes[state.tab].list.unroll());
  window.addEventListener("afterprint", repaint);
}

function showTab(name) {
  lists.scrollTop = 0;
  change({ tab: name, selected: null });
}

const matches = (text) =>
  state.query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.toLowerCase().includes(word));
export const rank = { inconsistent: 0, approximate: 1, consistent: 2, unverifiable: 3 };

/** What a tab lists, and a line above the list. */
const contents = {
  events: () => {
    const note = visible.length
      ? ""
      : scene.first
        ? "Nothing is reported for this moment and these filters."
        : "No events.";
    return [visible, [densityNote(), note].filter(Boolean).join(" ")];
  },
  places: () => {
    const items = places.map((_, index) => index);
    const shown = items.filter((k) =>
      matches(`${places[k].label} ${places[k].name} ${places[k].names.map(([name]) => name).join(" ")}`),
    );
    shown.sort(
      (a, b) =>
        places[b].reports.length - places[a].reports.length ||
        places[a].label.localeCompare(places[b].label, "en"),
    );
    const lost = scene.unplaced.map(([name, many]) => (many > 1 ? `${name} (${many})` : name));
    const note = lost.length
      ? `Not found in the gazetteer: ${lost.slice(0, 12).join(", ")}${lost.length > 12 ? " …" : ""}`
      : "";
    return [shown, note];
  },
  distances: () => {
    const found = checks
      .map((_, index) => index)
      .filter((k) => matches(`${checks[k].subject} ${checks[k].landmark} ${checks[k].sentence}`));
    const error = (k) => Math.abs(checks[k].error ?? 0);
    found.sort((a, b) => error(b) - error(a) || rank[checks[a].verdict] - rank[checks[b].verdict]);
    // Claims about one pair of places share a row, where the worst of them stands.
    const pairs = new Set();
    const shown = found.filter((k) => !pairs.has(checks[k].pair) && pairs.add(checks[k].pair));
    return [
      shown,
      checks.length
        ? `Stated against measured, the largest error first${
            checks.length < scene.claims
              ? `; of ${plural(scene.claims, "claim")} those about the places told of most`
              : ""
          }.`
        : "The reports state no distance that can be checked.",
    ];
  },
  sources: () => [
    reports.map((_, k) => k).filter((k) => matches(`${reports[k].title} ${reports[k].source}`)),
    "",
  ],
};

export function paintPanel() {
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
