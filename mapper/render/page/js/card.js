/* The card of one event, place, check or source. */

import {
  CERTAINTY,
  PRECISION,
  UNDATED,
  VERDICT,
  checks,
  control,
  dateOf,
  el,
  events,
  km,
  places,
  reports,
  sentence,
  swatch,
} from "./words.js";
import {
  certaintyOf,
  eventDate,
  eventSide,
  eventTitle,
  holdingOf,
  isCorrection,
  isWithdrawn,
  kindOf,
  order,
  partyName,
  placeOf,
  sideOf,
  sourceOf,
} from "./scene.js";
import { change, paint, state, visible } from "./state.js";
import { map } from "./board.js";
import { card, checksOf, panes, spellingsOf } from "./panel.js";

let cameFrom = null; // the row that had the focus before the card opened, and how far the page was scrolled
export const isPhone = () => window.innerWidth < 760;

/** Choose an event, place, check or source, or nothing; `move` brings it into sight on the map. */
export function select(chosen, move = false) {
  const active = document.activeElement?.closest?.("[data-row]");
  if (chosen && !state.selected)
    cameFrom = { row: active ? Number(active.dataset.row) : null, scroll: window.scrollY };
  change({ selected: chosen });
  if (chosen && move) bringIntoSight(chosen);
  paintCard();
  if (!chosen) return;
  // On a phone the card is a sheet below the map, which comes to the top to be seen.
  if (isPhone()) document.querySelector(".map").scrollIntoView();
  card.focus({ preventScroll: true });
}

export function closeCard() {
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
  else
    quote.append(
      text.slice(0, at),
      el("mark", {}, text.slice(at, at + trigger.length)),
      text.slice(at + trigger.length),
    );
  return quote;
}

const sourceName = (index) => reports[index]?.title || reports[index]?.source || reports[index]?.id || "";

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
    isWithdrawn(i) ? el("span", { class: "chip warn" }, "Withdrawn by a later correction") : null,
    isCorrection(i) ? el("span", { class: "chip" }, "Corrects an earlier report") : null,
  ].filter(Boolean);
  const names = site ? spellingsOf(site).filter((name) => name !== site.label) : [];
  const located = site
    ? [
        names.length ? `also ${names.join(", ")}` : "",
        [countryName(site.country), gazetteerName(site)].filter(Boolean).join(" · "),
        `${Math.round(site.score * 100)} % sure of the place`,
      ]
    : [];
  const error =
    events.error[i] === null
      ? ""
      : `±${events.error[i] < 10 ? events.error[i] : Math.round(events.error[i])} km`;
  const flags = events.flagWords[events.flags[i]] ?? "";
  const opponent = partyName(events.opponent[i]);
  const told = events.same.flatMap((same, k) =>
    same === i || (events.same[i] >= 0 && (k === events.same[i] || same === events.same[i])) ? [k] : [],
  );
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
        ...fact(
          "By",
          partyName(events.actor[i]) || "not told",
          opponent ? small(`against ${opponent}`) : null,
        ),
        ...fact("Date", eventDate(i), small([precision, reasonOf(i)].filter(Boolean).join("; "))),
        ...fact(
          "Place",
          placeOf(i) || "none on the map",
          small([error, flags].filter(Boolean).join(", ")),
          ...located.map(small),
        ),
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
              el(
                "button",
                { type: "button", dir: "auto", onclick: () => select({ kind: "event", index: k }) },
                `${sourceOf(k)}: ${events.quote[k]}`,
              ),
            ),
          )
        : null,
    ],
  };
}

/** Why the event stands where it does among those of its day, with the title of a report for its id. */
function reasonOf(i) {
  const reason = events.reasonWords[events.reason[i]] ?? "";
  const own = reports[events.report[i]];
  return own ? reason.replace(own.id, "the report") : reason;
}

const regions = new Intl.DisplayNames("en", { type: "region" });
/** "Libya" for LY; a code that is none stays as it is. */
const countryName = (code) => (/^[A-Z]{2}$/.test(code) ? regions.of(code) : code);

const GAZETTEERS = { geonames: "GeoNames", osm: "OpenStreetMap", naturalearth: "Natural Earth" };
const gazetteerName = ({ source, licence }) =>
  [GAZETTEERS[source] ?? source, licence && `(${licence})`].filter(Boolean).join(" ");

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
    title: place.label,
    side: states.length ? sideOf(control.holder[states.at(-1)]) : 2,
    parts: [
      el(
        "dl",
        {},
        ...fact(
          "Position",
          `${place.lat.toFixed(3)}, ${place.lon.toFixed(3)}`,
          small(countryName(place.country)),
        ),
        ...fact("Read as", place.names.map(([name, many]) => `${name} (${many})`).join(", ")),
        ...fact(
          "Gazetteer",
          place.name,
          small(gazetteerName(place)),
          small(`${Math.round(place.score * 100)} % sure`),
        ),
        ...fact(
          "Held by",
          ...states.map((i) => {
            const since = control.since[i] === null ? "" : `since ${dateOf(control.since[i])}`;
            const until = control.until[i] === null ? "" : `until ${dateOf(control.until[i])}`;
            const sure = control.confidence[i] === null ? "" : `confidence ${control.confidence[i]}`;
            return small([holdingOf(i), since, until, sure].filter(Boolean).join(", "));
          }),
        ),
        ...fact("Wrong place?", pinHint(place)),
      ),
      here.length
        ? el(
            "div",
            { class: "others" },
            el("h3", {}, "Events here"),
            ...here
              .slice(0, 30)
              .map((i) =>
                el(
                  "button",
                  { type: "button", dir: "auto", onclick: () => select({ kind: "event", index: i }) },
                  `${eventDate(i)}: ${eventTitle(i)}`,
                ),
              ),
          )
        : null,
    ],
  };
}

function checkCard(index) {
  const check = checks[index];
  const others = checksOf(check.pair).filter((k) => k !== index);
  return {
    title: [check.subject, check.landmark].filter(Boolean).join(" – ") || check.stated,
    side: null,
    parts: [
      el(
        "div",
        { class: "chips" },
        el("span", { class: "chip warn" }, sentence(VERDICT[check.verdict] ?? check.verdict)),
      ),
      el("p", { dir: "auto" }, check.sentence || check.label),
      quoteOf(check.quote, check.stated),
      el(
        "dl",
        {},
        ...fact("Stated", check.stated, check.claim === null ? null : small(km(check.claim))),
        ...fact(
          "Measured",
          check.measured === null ? "" : km(check.measured),
          check.bearing === null ? null : small(`bearing ${Math.round(check.bearing)}°`),
        ),
        ...fact(
          "Error",
          check.error === null ? "" : `${check.error > 0 ? "+" : "−"}${km(Math.abs(check.error))}`,
          check.off === null ? null : small(`direction ${Math.round(check.off)}° off`),
        ),
        ...fact("Source", ...sourceOfReport(check.report)),
      ),
      others.length
        ? el(
            "div",
            { class: "others" },
            el("h3", {}, "Other claims of this distance"),
            ...others.map((k) =>
              el(
                "button",
                { type: "button", dir: "auto", onclick: () => select({ kind: "check", index: k }, true) },
                `${sourceName(checks[k].report)}: ${checks[k].label}`,
              ),
            ),
          )
        : null,
    ],
  };
}

function sourceCard(index) {
  const own = order.filter((i) => events.report[i] === index);
  return {
    title: reports[index].title || reports[index].id,
    side: null,
    parts: [
      el(
        "dl",
        {},
        ...fact("Source", ...sourceOfReport(index)),
        ...fact("Events", String(reports[index].events)),
        ...fact("Repeats", reports[index].same >= 0 ? sourceName(reports[index].same) : ""),
        ...fact(
          "Repeated by",
          reports.flatMap(({ same }, k) => (same === index ? [sourceName(k)] : [])).join("; "),
        ),
      ),
      el(
        "div",
        { class: "others" },
        ...own
          .slice(0, 200)
          .map((i) =>
            el(
              "button",
              { type: "button", dir: "auto", onclick: () => select({ kind: "event", index: i }, true) },
              `${eventDate(i)}: ${eventTitle(i)}`,
            ),
          ),
      ),
    ],
  };
}

export function paintCard() {
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
    list.length > 1
      ? el(
          "button",
          { type: "button", disabled: at <= 0 ? "" : null, "aria-label": "Newer", onclick: () => turn(-1) },
          "‹",
        )
      : null,
    list.length > 1
      ? el(
          "button",
          {
            type: "button",
            disabled: at >= list.length - 1 ? "" : null,
            "aria-label": "Older",
            onclick: () => turn(1),
          },
          "›",
        )
      : null,
  );
  const head = el(
    "h2",
    { dir: "auto" },
    side === null ? null : swatch(side),
    side === null ? null : " ",
    title,
  );
  card.replaceChildren(bar, el("div", { class: "body" }, head, ...parts.filter(Boolean)));
  card.scrollTop = 0;
}
