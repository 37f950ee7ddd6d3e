/* An online map under the marks, if the maker of the page names one: nothing is asked for before a reader says so. */

import { byId, scene } from "./words.js";
import { L, map } from "./board.js";

export function buildTiles() {
  if (!scene.tiles) return;
  const { url, credit } = scene.tiles;
  const host = url.split("/")[2].replace("{s}.", "");
  const button = byId("tiles-button");
  map.createPane("tiles").style.zIndex = 300; // above the ground, below the marks
  const layer = L.tileLayer(url, { pane: "tiles", maxZoom: map.getMaxZoom(), referrerPolicy: "no-referrer" });
  button.hidden = false;
  button.title = `Loads pictures from ${host}, which then sees your address and the part of the map you look at`;
  button.addEventListener("click", () => {
    const on = !map.hasLayer(layer);
    if (on) map.addLayer(layer);
    else map.removeLayer(layer);
    button.setAttribute("aria-pressed", String(on));
    byId("tiles-credit").textContent = on ? ` · Online map: ${credit}` : "";
  });
}
