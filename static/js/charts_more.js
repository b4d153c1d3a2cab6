// The opinion histogram.
"use strict";

window.sociarium = window.sociarium || {};

(() => {
  const { short, css } = window.sociarium;
  const SVG = "http://www.w3.org/2000/svg";

  function element(name, attributes, parent) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (parent) parent.append(made);
    return made;
  }

  // -1 .. 1 on the five colours of stance, mixed between neighbours.
  function stanceColour(x) {
    const place = Math.min(3.999, Math.max(0, (x + 1) * 2));
    const from = Math.floor(place);
    const share = Math.round((place - from) * 100);
    return `color-mix(in srgb, var(--stance-${from + 2}) ${share}%, var(--stance-${from + 1}))`;
  }

  class Histogram {
    constructor(panel) {
      this.panel = panel;
      this.holder = panel.querySelector(".chart-plot");
      this.bars = [];
      this.message = null; // of the step that is drawn
    }

    make(bins) {
      this.holder.querySelector(".chart-empty")?.remove();
      const picture = element("svg", { viewBox: `0 0 ${bins * 10} 100`, preserveAspectRatio: "none", class: "histogram-bars" });
      this.bars = Array.from({ length: bins }, (_, i) => {
        const bar = element("rect", { x: i * 10 + 1, width: 8, y: 100, height: 0 }, picture);
        bar.style.fill = stanceColour((i + 0.5) / bins * 2 - 1);
        return bar;
      });
      const scale = document.createElement("div");
      scale.className = "histogram-scale";
      for (const tick of ["−1", "−0.5", "0", "0.5", "1"]) scale.append(Object.assign(document.createElement("span"), { textContent: tick }));
      this.holder.append(picture, scale);
    }

    draw(message) {
      const counts = message && message.histogram;
      if (!counts || !counts.length) return;
      if (this.bars.length !== counts.length) this.make(counts.length);
      const most = Math.max(1, ...counts);
      counts.forEach((count, i) => {
        const height = (count / most) * 96;
        this.bars[i].setAttribute("y", 100 - height);
        this.bars[i].setAttribute("height", height);
      });
      this.message = message;
      this.panel.querySelector("[data-histogram-word]").textContent = `step ${short(message.step)}, tallest bar ${short(most)}`;
      const all = counts.reduce((sum, count) => sum + count, 0) || 1;
      const part = (from, to) => Math.round(counts.slice(from, to).reduce((sum, count) => sum + count, 0) / all * 100);
      const third = Math.round(counts.length * 0.35);
      this.holder.setAttribute("aria-label", `Opinions at step ${message.step}: ${part(0, third)} % below −0.3, ${part(third, counts.length - third)} % between, ${part(counts.length - third)} % above 0.3`);
    }
  }

  Object.assign(window.sociarium, { Histogram, stanceColour, svgElement: element });
})();
