// Line charts over the steps of a run: a thin cover over uPlot that knows nulls, gaps, zoom and themes.
"use strict";

window.sociarium = window.sociarium || {};

(() => {
  const GUTTER = 46; // room at the right for the newest values
  const { short, css, room, spread, smooth } = window.sociarium;
  const all = new Set();
  const FAINT = "30%"; // of its colour is what a raw line keeps beside its smoothed one
  // What all charts share. x: "step" or "time"; half: half-life of the smoothing in steps, 0 none.
  const shared = { x: "step", half: 0 };

  // The value at the right end of what is drawn, which may be a part that a person zoomed into.
  function lastShown(plot, index) {
    const values = plot.data[index];
    for (let i = lastIndex(plot); i >= 0; i -= 1) if (values[i] !== null) return values[i];
    return null;
  }

  const lastIndex = (plot) => plot.series[0].idxs?.[1] ?? plot.data[0].length - 1;

  class LineChart {
    constructor(panel, spec) {
      this.panel = panel;
      this.spec = spec;
      this.holder = panel.querySelector(".chart-plot");
      this.stage = panel.querySelector(".chart-stage");
      this.figures = [...panel.querySelectorAll("[data-figure]")];
      this.plot = null;
      this.data = [[]];
      this.past = null; // the past step that is shown: {step, metrics}, metrics null until they came
      this.marks = new window.sociarium.ChartMarks(this.stage);
      all.add(this);
    }

    // Null, raw lines, and over these the smoothed ones.
    lines() {
      const nulls = this.spec.lines.length === 1 && this.spec.null ? [{ ...this.spec.lines[0], isNull: true }] : [];
      if (!shared.half) return [...nulls, ...this.spec.lines];
      return [...nulls, ...this.spec.lines.map((line) => ({ ...line, faint: true })), ...this.spec.lines.map((line) => ({ ...line, smooth: true }))];
    }

    column(line) {
      const { values, nulls } = this.series.column(line.name);
      if (line.isNull) return nulls;
      return line.smooth ? smooth(this.series.steps, values, shared.half) : values;
    }

    // series: sociarium.Series
    draw(series) {
      this.series = series;
      this.say();
      if (this.panel.hidden || !series.steps.length) return;
      // Copies: what comes while a past step is shown must not change it.
      this.data = [series.steps.slice(), ...this.lines().map((line) => this.column(line).slice())];
      if (!this.plot) this.make();
      else this.plot.setData(this.data, !this.zoomed());
    }

    // Draw anew with other lines, a smoothed one beside each or none.
    remake() {
      const { min, max } = this.plot?.scales.x ?? {};
      const zoomed = this.zoomed();
      this.plot?.destroy();
      this.plot = null;
      if (!this.series) return;
      this.draw(this.series);
      if (this.plot && zoomed) { this.plot.zoomedByHand = true; this.plot.setScale("x", { min, max }); }
    }

    // A panel that is taken from the page: nothing is drawn in it any more.
    drop() {
      all.delete(this);
      this.plot?.destroy();
      this.plot = null;
    }

    // A vertical line at a past step and its values in figures; null: the newest again.
    showPast(past) {
      this.past = past;
      this.marks.at(past ? past.step : null, this.plot);
      this.say();
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
        cursor: { y: false, sync: { key: "run" }, points: { size: 6 }, drag: { x: true, y: false } },
        scales: { x: { time: false, range: (_, low, high) => [low, Math.max(high, low + Math.min(10, window.sociarium.time?.steps ?? 10))] }, y: { range: (_, low, high) => this.range(low, high) } },
        axes: [
          { ...axis, size: 24, space: 70, splits: (plot, _, low, high, every) => this.splits(plot, low, high, every), values: (_, ticks) => this.names(ticks) },
          { ...axis, size: (_, labels) => room(labels), space: 32, values: (_, ticks) => ticks.map((tick) => this.tick(tick, ticks)) },
        ],
        series: [{}, ...this.lines().map((line) => this.stroke(line))],
        hooks: {
          drawAxes: [(plot) => this.nameNull(plot)],
          draw: [(plot) => { this.labels(plot); this.marks.place(plot); }],
          setCursor: [(plot) => this.follow(plot)],
          // The cross-hair is shared, and with it what a person selects to zoom into.
          setSelect: [(plot) => { if (plot.select.width > 0) { plot.zoomedByHand = true; document.dispatchEvent(new CustomEvent("sociarium:zoom", { detail: true })); } }],
        },
      };
      this.plot = new uPlot(options, this.data, this.holder);
      if (this.watched) return;
      this.watched = true;
      this.holder.addEventListener("dblclick", () => unzoom());
      new ResizeObserver(() => this.plot?.setSize(this.size())).observe(this.holder);
    }

    // Places of ticks, in steps: whole steps, or whole hours and days of the simulated clock.
    splits(plot, low, high, every) {
      if (shared.x === "time") return window.sociarium.clockTicks(low, high, plot.over.clientWidth / 52);
      const by = Math.max(1, every);
      const found = [];
      for (let tick = Math.ceil(low / by) * by; tick <= high; tick += by) found.push(tick);
      return found;
    }

    names(ticks) {
      return shared.x === "time" ? window.sociarium.clockNames(ticks) : ticks.map(short);
    }

    stroke(line) {
      if (line.isNull) return { stroke: () => css("--ink-3"), width: 1, dash: [4, 4], points: { show: false }, spanGaps: false };
      if (line.faint) return { stroke: () => `color-mix(in srgb, ${css(`--series-${line.colour}`)} ${FAINT}, transparent)`, width: 1, points: { show: false }, spanGaps: false };
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

    // Bounded metrics show their whole range; others start at their lowest value.
    range(low, high) {
      const { low: least, high: most } = this.spec;
      if (low === null || high === null) return [least ?? 0, most ?? (least ?? 0) + 1];
      // A bounded axis on which everything lies at the bound still has a scale that can be read.
      if (least !== null && most === null && high <= least) return [least, least + 1];
      const room = Math.max((high - low) * 0.08, 1e-6);
      const bottom = least !== null ? least : low - room;
      const top = most !== null ? most : Math.max(high + room, bottom + 1e-6);
      return [Math.min(bottom, low), Math.max(top, high)];
    }

    tick(value, ticks) {
      const step = ticks.length > 1 ? Math.abs(ticks[1] - ticks[0]) : 1;
      if (Math.abs(value) >= 1e3) return short(value);
      let digits = 0;
      for (let rest = step; digits < 5 && Math.abs(rest - Math.round(rest)) > 1e-6 * rest; rest *= 10) digits += 1;
      return value.toFixed(digits).replace("-", "−");
    }

    labels(plot) {
      const ratio = devicePixelRatio || 1;
      const context = plot.ctx;
      const { left, top, width, height } = plot.bbox;
      const found = [];
      context.save();
      context.textBaseline = "middle";
      this.lines().forEach((line, index) => {
        // A value that is missing at the end is a gap here too, as it is in the head of the chart.
        const value = plot.data[index + 1][lastIndex(plot)] ?? null;
        if (value === null || line.isNull || line.faint) return;
        const y = plot.valToPos(value, "y", true) / ratio;
        // A little ink in the colour, for it must be read as text.
        const colour = `color-mix(in srgb, ${css(`--series-${line.colour}`)} 70%, ${css("--ink")})`;
        found.push({ y, text: short(value), colour });
      });
      context.textAlign = "left";
      for (const label of spread(found, top / ratio + 4, (top + height) / ratio - 4)) {
        context.font = `600 ${11 * ratio}px system-ui, sans-serif`;
        context.fillStyle = label.colour;
        context.fillText(label.text, left + width + 6 * ratio, label.y * ratio, (GUTTER - 8) * ratio);
      }
      // What the ticks count, left of the first of them.
      context.font = `${11 * ratio}px system-ui, sans-serif`;
      context.fillStyle = css("--ink-2");
      context.textAlign = "right";
      context.textBaseline = "top";
      context.fillText(shared.x === "time" ? "UTC" : "step", left - (shared.x === "time" ? 20 : 12) * ratio, top + height + 5 * ratio);
      context.restore();
    }

    // The null's name stands at the right end of its line, as near as no line passes through it.
    nameNull(plot) {
      if (!this.lines()[0].isNull) return;
      const baseline = lastShown(plot, 1);
      if (baseline === null) return;
      const ratio = devicePixelRatio || 1;
      const { left, top, width, height } = plot.bbox;
      const y = plot.valToPos(baseline, "y", true);
      plot.ctx.save();
      plot.ctx.font = `${11 * ratio}px system-ui, sans-serif`;
      const from = left + width - plot.ctx.measureText(this.spec.null).width - 4 * ratio;
      const crossings = (middle) => {
        let hits = 0;
        for (let i = lastIndex(plot); i >= 0 && plot.valToPos(plot.data[0][i], "x", true) >= from; i -= 1) {
          for (const values of plot.data.slice(1)) {
            if (values[i] !== null && Math.abs(plot.valToPos(values[i], "y", true) - middle) < 7 * ratio) hits += 1;
          }
        }
        return hits;
      };
      const value = lastShown(plot, 2);
      const near = value !== null && value > baseline ? [9, -8, 22, -21, 35, -34] : [-8, 9, -21, 22, -34, 35];
      const sides = near.map((side) => y + side * ratio);
      const inside = sides.filter((middle) => middle > top + 5 * ratio && middle < top + height - 5 * ratio);
      const best = inside.reduce((least, middle) => (crossings(middle) < crossings(least) ? middle : least), inside[0]);
      plot.ctx.textAlign = "right";
      plot.ctx.textBaseline = "middle";
      plot.ctx.fillStyle = css("--ink-2");
      plot.ctx.fillText(this.spec.null, left + width - 2 * ratio, best);
      plot.ctx.restore();
    }

    // Under the cursor: the values of that step in place of those of the step that is shown.
    follow(plot) {
      this.under = plot.cursor.idx ?? null;
      this.say();
    }

    // The figures: of the step under the cursor, else of the past step that is shown, else of the newest.
    say() {
      if (!this.series) return;
      const { steps } = this.series;
      let place = steps.length - 1;
      let [step, exact] = [null, null];
      if (this.under !== null && this.under !== undefined && this.plot) {
        step = this.data[0][this.under];
        place = this.series.placeOf(step);
      } else if (this.past) {
        // While a thumb moves: the nearest step that is here, by its own number; then the very one.
        place = this.series.placeOf(this.past.step);
        exact = this.past.metrics;
        step = exact ? this.past.step : steps[place] ?? this.past.step;
      }
      if (step === null || step === this.past?.step) this.stage.removeAttribute("data-at");
      else this.stage.dataset.at = `step ${short(step)}${shared.x === "time" ? `, ${window.sociarium.time.clock(step)}` : ""}`;
      for (const figure of this.figures) {
        const name = figure.dataset.figure;
        figure.textContent = short(exact ? exact[name]?.[0] : this.series.column(name).values[place]);
      }
    }
  }

  function unzoom() {
    for (const chart of all) {
      if (!chart.plot) continue;
      chart.plot.zoomedByHand = false;
      chart.plot.setData(chart.data, true);
    }
    document.dispatchEvent(new CustomEvent("sociarium:zoom", { detail: false }));
  }

  function redrawAll() {
    for (const chart of all) if (chart.plot) chart.plot.redraw(false, true);
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redrawAll);
  new MutationObserver(redrawAll).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !document.querySelector("dialog[open]")) unzoom(); });

  // Change what all charts share.
  function share(changes) {
    const lines = Boolean(shared.half) !== Boolean(changes.half ?? shared.half);
    Object.assign(shared, changes);
    for (const chart of all) {
      chart.smoothed = shared.half ? `; smoothed, half-life ${short(shared.half)} step${shared.half === 1 ? "" : "s"}` : "";
      if (lines) chart.remake();
      else if (chart.plot) { chart.draw(chart.series); chart.plot.redraw(false, true); }
    }
  }

  const fit = () => { for (const chart of all) chart.plot?.setSize(chart.size()); };

  Object.assign(window.sociarium, { LineChart, share, unzoom, fit, charts: all });
})();
