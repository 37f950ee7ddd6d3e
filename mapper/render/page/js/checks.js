/* Stated distances beside measured ones. */

import { checks } from "./words.js";
import { state } from "./state.js";
import { ink } from "./board.js";
import { stroke } from "./front.js";

export function drawCheck(ctx, view, check, strong) {
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
export function checksShown() {
  if (state.selected?.kind === "check") return [checks[state.selected.index]];
  return checks.length <= 3 ? checks : [];
}

export function labelChecks(ctx, view, space) {
  for (const check of checksShown()) {
    if (!check.line.length) continue;
    const chosen = state.selected?.kind === "check";
    const [x, y] = view.at(check.line[Math.floor(check.line.length / 2)]);
    space.reach(check.label, x, y, { size: 12, weight: chosen ? 700 : 600, colour: ink.check, gap: 9 });
    if (check.claimed && chosen) {
      const [cx, cy] = view.at(check.claimed);
      space.reach("where the claim would put it", cx, cy, { size: 11.5, colour: ink.check, gap: 8 });
    }
  }
}
