/* Leaflet and the canvases on it. */

import { DEGREE, el, scene } from "./words.js";
import { mercatorX, mercatorY } from "./scene.js";

export const L = window.L.noConflict();
delete window.leaflet; // the script of Leaflet leaves its name twice

export const opening = [
  [scene.view[1], scene.view[0]],
  [scene.view[3], scene.view[2]],
];
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
export const map = L.map("map", {
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
export const Board = L.Renderer.extend({
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
export function viewOf(min, size) {
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
    at: ([lon, lat]) => [
      mercatorX(lon) * scale - origin.x - min.x,
      mercatorY(lat) * scale - origin.y - min.y,
    ],
    metres: (metres, lat) => (metres * scale) / (40075016.7 * Math.cos(lat * DEGREE)),
  };
}

export let ink = {};
/** Read the colours of the style sheet, so that light and dark need no second list here. */
export function readInk() {
  const style = getComputedStyle(document.documentElement);
  const names =
    "paper ink soft rule edge land sea coast river border admin town a b c front check mark-ink focus".split(
      " ",
    );
  ink = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  ink.sides = [ink.a, ink.b, ink.c];
}
scene.colours.forEach((colour, side) => {
  if (colour) document.documentElement.style.setProperty(side ? "--b" : "--a", colour);
});
