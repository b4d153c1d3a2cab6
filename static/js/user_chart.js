// The opinion of one user over the steps, drawn from what the server read out of the logs.
"use strict";

(() => {
  const { short, css } = window.sociarium;

  class Opinions {
    constructor(panel) {
      this.panel = panel;
      this.holder = panel.querySelector(".chart-plot");
      this.value = panel.querySelector(".chart-value");
      this.about = panel.querySelector(".chart-about");
      this.choice = panel.querySelector("#user-topic");
      this.topic = Number(panel.dataset.topic);
      this.choice?.addEventListener("change", () => { this.topic = Number(this.choice.value); this.draw(); });
      this.load();
    }

    async load() {
      const response = await fetch(this.panel.dataset.opinions, { redirect: "manual" }).catch(() => null);
      const told = response && (await response.json().catch(() => null));
      if (!response?.ok || !told) { this.empty(told?.fault || "The opinions could not be read."); return; }
      if (!told.steps.length) { this.empty("No opinions are kept of these steps."); return; }
      this.told = told;
      const thinned = this.panel.querySelector(".chart-thinned");
      thinned.hidden = told.every === 1;
      thinned.textContent = `Drawn from one kept step in ${told.every}; the table and CSV hold every one.`;
      this.draw();
    }

    empty(words) {
      const node = this.holder.querySelector(".chart-empty");
      if (node) node.textContent = words;
    }

    draw() {
      if (!this.told) return;
      const data = [this.told.steps, this.told.opinions[this.topic]];
      this.say(data[0].length - 1);
      if (this.plot) { this.plot.setData(data); return; }
      this.holder.querySelector(".chart-empty")?.remove();
      const axis = { stroke: () => css("--ink-2"), grid: { stroke: () => css("--grid"), width: 1 }, ticks: { show: false }, font: "11px system-ui, sans-serif" };
      const words = (_, ticks) => ticks.map((tick) => (Number.isInteger(tick * 2) ? short(tick).replace("0.50", "0.5") : ""));
      this.plot = new uPlot({
        ...this.size(),
        padding: [8, 10, 0, 0],
        legend: { show: false },
        cursor: { y: false, points: { size: 6 }, drag: { x: true, y: false } },
        scales: { x: { time: false, range: (_, low, high) => [low, Math.max(high, low + 10)] }, y: { range: () => [-1, 1] } },
        axes: [
          { ...axis, size: 24, space: 60, values: (_, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? short(tick) : "")) },
          { ...axis, size: 36, splits: () => [-1, -0.5, 0, 0.5, 1], values: words },
        ],
        series: [{}, { stroke: () => css("--series-1"), width: 2, points: { show: data[0].length < 3 } }],
        hooks: { drawAxes: [(plot) => this.neutral(plot)], setCursor: [(plot) => this.say(plot.cursor.idx ?? this.told.steps.length - 1, plot.cursor.idx)] },
      }, data, this.holder);
      new ResizeObserver(() => this.plot.setSize(this.size())).observe(this.holder);
    }

    // Where neither side is, as a thin dashed line.
    neutral(plot) {
      const { left, width } = plot.bbox;
      const y = plot.valToPos(0, "y", true);
      plot.ctx.save();
      plot.ctx.strokeStyle = css("--ink-3");
      plot.ctx.setLineDash([4, 4]);
      plot.ctx.beginPath();
      plot.ctx.moveTo(left, y);
      plot.ctx.lineTo(left + width, y);
      plot.ctx.stroke();
      plot.ctx.restore();
    }

    size() {
      return { width: Math.max(this.holder.clientWidth, 120), height: parseInt(getComputedStyle(this.panel).getPropertyValue("--plot-height"), 10) };
    }

    say(at, read) {
      this.value.textContent = short(this.told.opinions[this.topic][at]);
      if (Number.isInteger(read)) this.about.dataset.at = `step ${short(this.told.steps[at])}`;
      else this.about.removeAttribute("data-at");
    }
  }

  let shown = null;
  function begin() {
    const panel = document.getElementById("user-opinions");
    if (panel && panel !== shown?.panel) shown = new Opinions(panel);
  }
  const redraw = () => shown?.plot?.redraw(false, true);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  document.addEventListener("sociarium:user", begin);
  begin();
})();
