// Arithmetic of line charts: room for labels, texts that do not cover each other, smoothing. No DOM here.
"use strict";

window.sociarium = window.sociarium || {};

(() => {
  const { css } = window.sociarium;

  // Width of an axis for its longest label; none is narrower, so that charts below each other line up.
  function room(labels) {
    return Math.max(44, 16 + 6.2 * Math.max(0, ...(labels ?? []).map((label) => String(label ?? "").length)));
  }

  // Texts in the gutter: pushed apart so that none covers another; lines that end in one point share one text.
  function spread(found, top, bottom) {
    found.sort((a, b) => a.y - b.y);
    const labels = [];
    for (const label of found) {
      const before = labels[labels.length - 1];
      if (before && before.text === label.text && label.y - before.y < 2) before.colour = css("--ink-2");
      else labels.push(label);
    }
    const line = 13;
    for (let i = 1; i < labels.length; i += 1) labels[i].y = Math.max(labels[i].y, labels[i - 1].y + line);
    let limit = bottom;
    for (let i = labels.length - 1; i >= 0; i -= 1) { labels[i].y = Math.min(labels[i].y, limit); limit = labels[i].y - line; }
    for (const label of labels) label.y = Math.max(label.y, top);
    return labels;
  }

  // Exponential smoothing whose weights halve every `half` steps, however far apart the steps are that are here.
  // A missing value stays missing.
  function smooth(steps, values, half) {
    let [sum, weight] = [0, 0];
    return values.map((value, i) => {
      const fade = i ? 2 ** ((steps[i - 1] - steps[i]) / half) : 0;
      [sum, weight] = [sum * fade, weight * fade];
      if (value === null) return null;
      [sum, weight] = [sum + value, weight + 1];
      return sum / weight;
    });
  }

  Object.assign(window.sociarium, { room, spread, smooth });
})();
