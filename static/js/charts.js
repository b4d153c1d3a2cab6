// Line charts over the steps of a run: a thin cover over uPlot that knows nulls, gaps, zoom and themes.
"use strict";

window.sociarium = window.sociarium || {};

(() => {
  const GUTTER = 78; // room at the right for the last values and the null's label
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const all = new Set();

  // At most three significant digits where numbers change live; thin spaces between thousands.
  function short(value) {
    if (value === null || value === undefined) return "–";
    if (value === 0) return "0";
    const size = Math.abs(value);
    if (size >= 1e6) return `${(value / 1e6).toPrecision(3)}\u2009M`;
    if (Number.isInteger(value) || size >= 1000) return Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, "\u2009").replace("-", "−");
    const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.01 ? 2 : 3;
    return value.toFixed(digits).replace("-", "−");
  }

  function lastOf(values) {
    for (let i = values.length - 1; i >= 0; i -= 1) if (values[i] !== null) return values[i];
    return null;
  }

  // Texts in the gutter: pushed apart so that none covers another.
  function spread(labels, top, bottom) {
    labels.sort((a, b) => a.y - b.y);
    const line = 13;
    for (let i = 1; i < labels.length; i += 1) labels[i].y = Math.max(labels[i].y, labels[i - 1].y + line);
    let limit = bottom;
    for (let i = labels.length - 1; i >= 0; i -= 1) { labels[i].y = Math.min(labels[i].y, limit); limit = labels[i].y - line; }
    for (const label of labels) label.y = Math.max(label.y, top);
    return labels;
  }

  class LineChart {
    constructor(panel, spec) {
      this.panel = panel;
      this.spec = spec;
      this.holder = panel.querySelector(".chart-plot");
      this.figures = [...panel.querySelectorAll("[data-figure]")];
      this.plot = null;
      this.data = [[]];
      all.add(this);
    }

    lines() {
      const nulls = this.spec.lines.length === 1 && this.spec.null ? [{ ...this.spec.lines[0], isNull: true }] : [];
      return [...nulls, ...this.spec.lines];
    }

    // series: sociarium.Series
    draw(series) {
      for (const figure of this.figures) figure.textContent = short(series.newest(figure.dataset.figure));
      this.data = [series.steps, ...this.lines().map((line) => series.column(line.name)[line.isNull ? "nulls" : "values"])];
      if (!series.steps.length) return;
      if (!this.plot) this.make();
      else this.plot.setData(this.data, !this.zoomed());
      this.shownFrom = series.steps[0];
    }

    zoomed() {
      return this.plot && this.plot.zoomedByHand;
    }

    make() {
      this.holder.querySelector(".chart-empty")?.remove();
      const axis = { stroke: () => css("--ink-2"), grid: { stroke: () => css("--grid"), width: 1 }, ticks: { show: false }, font: "11px system-ui, sans-serif" };
      const options = {
        ...this.size(),
        padding: [8, GUTTER, 0, 0],
        legend: { show: false },
        cursor: { sync: { key: "run" }, points: { size: 6 }, drag: { x: true, y: false }, focus: { prox: 24 } },
        scales: { x: { time: false, range: (_, low, high) => [low, Math.max(high, low + 10)] }, y: { range: (_, low, high) => this.range(low, high) } },
        axes: [
          { ...axis, size: 24, space: 70, values: (_, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? short(tick) : "")) },
          { ...axis, size: 44, space: 32, values: (_, ticks) => ticks.map((tick) => this.tick(tick, ticks)) },
        ],
        series: [{}, ...this.lines().map((line) => this.stroke(line))],
        hooks: {
          draw: [(plot) => this.labels(plot)],
          setCursor: [(plot) => this.follow(plot)],
          setScale: [(plot, scale) => { if (scale === "x") this.shareZoom(plot); }],
        },
      };
      this.plot = new uPlot(options, this.data, this.holder);
      this.holder.addEventListener("dblclick", () => unzoom());
      // uPlot's own select handler sets the scale; remember that a person did it.
      this.plot.over.addEventListener("mouseup", () => { this.plot.zoomedByHand = this.plot.zoomedByHand || this.plot.select.width > 3; }, true);
      new ResizeObserver(() => this.plot.setSize(this.size())).observe(this.holder);
    }

    stroke(line) {
      if (line.isNull) return { stroke: () => css("--ink-3"), width: 1, dash: [4, 4], points: { show: false }, spanGaps: false };
      const alone = { show: (plot, index) => this.isolated(plot, index) };
      return { label: line.label, stroke: () => css(`--series-${line.colour}`), width: 1.75, spanGaps: false, points: { ...alone, size: 4, fill: () => css(`--series-${line.colour}`) } };
    }

    // A line needs two points; until then show dots.
    isolated(plot, index) {
      return plot.data[index].filter((value) => value !== null).length < 3;
    }

    size() {
      const height = parseInt(getComputedStyle(this.holder).getPropertyValue("--plot-height"), 10) || 150;
      return { width: Math.max(160, this.holder.clientWidth), height };
    }

    // Bounded metrics show their whole range unless the line would be flat in it; others start at their lowest value.
    range(low, high) {
      const { low: least, high: most } = this.spec;
      if (low === null || high === null) return [least ?? 0, most ?? (least ?? 0) + 1];
      const room = Math.max((high - low) * 0.08, 1e-6);
      const bottom = least !== null ? least : low - room;
      const top = most !== null ? most : Math.max(high + room, bottom + 1e-6);
      return [Math.min(bottom, low), Math.max(top, high)];
    }

    tick(value, ticks) {
      const step = ticks.length > 1 ? Math.abs(ticks[1] - ticks[0]) : 1;
      if (Math.abs(value) >= 1e4) return short(value);
      const digits = step >= 1 ? 0 : Math.min(4, Math.ceil(-Math.log10(step) - 1e-9));
      return value.toFixed(digits).replace("-", "−");
    }

    labels(plot) {
      const ratio = devicePixelRatio || 1;
      const context = plot.ctx;
      const { left, top, width, height } = plot.bbox;
      const found = [];
      this.lines().forEach((line, index) => {
        const value = lastOf(plot.data[index + 1]);
        if (value === null) return;
        const y = plot.valToPos(value, "y", true) / ratio;
        if (line.isNull) found.push({ y, text: this.spec.null, colour: css("--ink-2"), weight: "400" });
        else found.push({ y, text: short(value), colour: css(`--series-${line.colour}`), weight: "600" });
      });
      context.save();
      context.textBaseline = "middle";
      for (const label of spread(found, top / ratio + 4, (top + height) / ratio - 4)) {
        context.font = `${label.weight} ${11 * ratio}px system-ui, sans-serif`;
        context.fillStyle = label.colour;
        context.fillText(label.text, left + width + 6 * ratio, label.y * ratio, (GUTTER - 8) * ratio);
      }
      context.restore();
    }

    // Under the cursor: the values of that step in place of the newest, for one line and for several.
    follow(plot) {
      const at = plot.cursor.idx;
      this.panel.classList.toggle("chart-reading", at !== null && at !== undefined);
      if (at === null || at === undefined) {
        this.lines().forEach((line, index) => { if (!line.isNull) this.say(line.name, lastOfColumn(plot.data[index + 1])); });
        this.panel.removeAttribute("data-at");
        return;
      }
      this.panel.dataset.at = `step ${plot.data[0][at]}`;
      this.lines().forEach((line, index) => { if (!line.isNull) this.say(line.name, plot.data[index + 1][at]); });
    }

    say(name, value) {
      for (const figure of this.figures) if (figure.dataset.figure === name) figure.textContent = short(value);
    }

    shareZoom(plot) {
      if (!plot.zoomedByHand || plot.passingOn) return;
      const { min, max } = plot.scales.x;
      for (const other of all) {
        if (!other.plot || other.plot === plot) continue;
        other.plot.zoomedByHand = true;
        other.plot.passingOn = true;
        other.plot.setScale("x", { min, max });
        other.plot.passingOn = false;
      }
    }
  }

  function lastOfColumn(values) {
    return values.length ? values[values.length - 1] : null;
  }

  function unzoom() {
    for (const chart of all) {
      if (!chart.plot) continue;
      chart.plot.zoomedByHand = false;
      chart.plot.setData(chart.data, true);
    }
  }

  function redrawAll() {
    for (const chart of all) if (chart.plot) chart.plot.redraw(false, true);
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redrawAll);
  new MutationObserver(redrawAll).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") unzoom(); });

  Object.assign(window.sociarium, { LineChart, short, css });
})();
