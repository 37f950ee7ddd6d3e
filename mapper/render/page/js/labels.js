/* Labels that keep out of each other's way. */

import { clamp, scene } from "./words.js";
import { ink } from "./board.js";

const widths = new Map();

/** The width of a text in the font set; measuring is the dearest part of a label. */
function widthOf(ctx, text) {
  const key = ctx.font + text;
  if (!widths.has(key)) widths.set(key, ctx.measureText(text).width);
  return widths.get(key);
}

/** How far a point lies from a box. */
function distance([left, top, right, bottom], x, y) {
  return Math.hypot(clamp(x, left, right) - x, clamp(y, top, bottom) - y);
}

export class LabelSpace {
  constructor(ctx, view) {
    this.ctx = ctx;
    this.view = view;
    this.boxes = [];
    const { left, top, right, bottom } = view.seen;
    this.block(left, top, left + 56, top + 92); // the buttons
    this.block(right - (scene.tiles ? 260 : 140), top, right, top + 48);
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
  write(
    text,
    x,
    y,
    {
      gap = 8,
      across = gap,
      size = 12,
      weight = 400,
      colour = ink.ink,
      centre = false,
      italic = false,
      spots = 8,
      others = [],
    } = {},
  ) {
    if (x < -40 || y < -40 || x > this.view.width + 40 || y > this.view.height + 40) return false;
    const { ctx } = this;
    const { seen } = this.view;
    const inside = x >= seen.left && x <= seen.right && y >= seen.top && y <= seen.bottom;
    ctx.font = `${italic ? "italic " : ""}${weight} ${size}px system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif`;
    const width = widthOf(ctx, text);
    const high = size * 1.15;
    const slant = gap * 0.75;
    const corners = centre
      ? [[x - width / 2, y - high / 2]]
      : [
          [x + across, y - high / 2],
          [x - across - width, y - high / 2],
          [x - width / 2, y - gap - high],
          [x - width / 2, y + gap],
          [x + slant, y - slant - high],
          [x + slant, y + slant],
          [x - slant - width, y - slant - high],
          [x - slant - width, y + slant],
        ].slice(0, spots);
    for (const [left, top] of corners) {
      const box = [left - 2, top - 1, left + width + 2, top + high + 1];
      if (!this.isFree(...box)) continue;
      // A name that stands nearer to another place is read as that place's.
      const own = distance(box, x, y);
      if (others.some((other) => distance(box, other.x, other.y) < own)) continue;
      if (
        (inside || centre) &&
        (left < seen.left + 4 ||
          left + width > seen.right - 4 ||
          top < seen.top + 2 ||
          top + high > seen.bottom - 2)
      )
        continue;
      this.block(...box);
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

  /** Write text as near to a point as there is room, at most `most` away, with a line to it if not beside it. */
  reach(text, x, y, style) {
    for (const gap of [style.gap, 30, 48, 70, 96, 130].filter((gap) => gap <= (style.most ?? 130))) {
      const before = this.boxes.length;
      if (!this.write(text, x, y, { ...style, gap })) continue;
      if (style.lead !== false && gap > 26) this.lead(x, y, this.boxes[before], style.colour);
      return true;
    }
    return false;
  }

  lead(x, y, [left, top, right, bottom], colour) {
    const [toX, toY] = [clamp(x, left, right), clamp(y, top, bottom)];
    const far = Math.hypot(toX - x, toY - y);
    const { ctx } = this;
    ctx.beginPath();
    ctx.moveTo(x + ((toX - x) * 14) / far, y + ((toY - y) * 14) / far);
    ctx.lineTo(toX, toY);
    ctx.lineWidth = 1;
    ctx.strokeStyle = colour;
    ctx.globalAlpha = 0.6;
    ctx.stroke();
    ctx.globalAlpha = 1;
  }
}
