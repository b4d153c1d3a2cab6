// Several runs, arms or groups over common steps in one chart: lines with bands, one colour and dash each.
"use strict";

window.sociarium = window.sociarium || {};

(() => {
  const { short, css } = window.sociarium;
  const GUTTER = 46; // room at the right for the newest values
  const MOST_LABELS = 8; // more values at the ends of lines than this cannot be read
  const DASHES = [[], [7, 4], [2, 3], [9, 3, 2, 3]];
  const all = new Set();

  const colourOf = (line) => css(`--series-${line.colour}`);
  const faint = (colour) => `color-mix(in srgb, ${colour} 16%, transparent)`;

  class OverlayChart {
    // spec: {key, title, about, low, high, lines: [{label, colour (1 .. 6), dash (0 .. 3)}]}
    constructor(panel, spec) {
      this.panel = panel;
      this.spec = spec;
      this.holder = panel.querySelector(".chart-plot");
      this.about = panel.querySelector(".chart-about");
      this.figures = [...panel.querySelectorAll("[data-line]")];
      this.plot = null;
      this.banded = false;
      this.nulls = null; // [steps, values] of the pinned run or the control: what a world without the effect would show
      all.add(this);
    }

    // steps: of all lines. lines: [{values, low, high}], low and high only where there is a band. null is a gap,
    // undefined a step at which this line was not read.
    draw(steps, lines) {
      this.steps = steps;
      this.given = lines;
      if (!this.about.dataset.at) this.say(null);
      const bands = lines.filter((line) => line.low);
      if (bands.length > 0 !== this.banded) { this.plot?.destroy(); this.plot = null; this.banded = bands.length > 0; }
      const data = [steps, ...lines.map((line) => line.values)];
      for (const line of lines) if (this.banded) data.push(line.high ?? line.values, line.low ?? line.values);
      if (!steps.length || !lines.some((line) => line.values.some((value) => value != null))) return;
      this.data = data;
      if (!this.plot) this.make();
      else this.plot.setData(data, !this.plot.zoomedByHand);
    }

    make() {
      this.holder.querySelector(".chart-empty")?.remove();
      const axis = { stroke: () => css("--ink-2"), grid: { stroke: () => css("--grid"), width: 1 }, ticks: { show: false }, font: "11px system-ui, sans-serif" };
      const count = this.spec.lines.length;
      const edges = this.banded ? this.spec.lines.flatMap(() => [this.edge(), this.edge()]) : [];
      const bands = this.banded ? this.spec.lines.map((line, i) => ({ series: [count + 1 + 2 * i, count + 2 + 2 * i], fill: () => faint(colourOf(line)) })) : [];
      this.plot = new uPlot({
        ...this.size(),
        padding: [8, GUTTER, 0, 0],
        legend: { show: false },
        cursor: { y: false, sync: { key: "overlay" }, points: { size: 6 }, drag: { x: true, y: false } },
        scales: { x: { time: false, range: (_, low, high) => [low, Math.max(high, low + 10)] }, y: { range: (_, low, high) => this.range(low, high) } },
        axes: [
          { ...axis, size: 24, space: 70, values: (_, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? short(tick) : "")) },
          { ...axis, size: 52, space: 32, values: (_, ticks) => ticks.map((tick) => this.tick(tick, ticks)) },
        ],
        series: [{}, ...this.spec.lines.map((line) => this.stroke(line)), ...edges],
        bands,
        hooks: {
          drawAxes: [(plot) => this.nullLine(plot)],
          draw: [(plot) => this.labels(plot)],
          setCursor: [(plot) => this.follow(plot)],
          setSelect: [(plot) => { if (plot.select.width > 0) plot.zoomedByHand = true; }],
        },
      }, this.data, this.holder);
      this.holder.addEventListener("dblclick", () => unzoom());
      new ResizeObserver(() => this.plot?.setSize(this.size())).observe(this.holder);
    }

    stroke(line) {
      return {
        label: line.label, stroke: () => colourOf(line), width: 1.75, dash: DASHES[line.dash || 0], spanGaps: false,
        points: { show: (plot, index) => plot.data[index].filter((value) => value != null).length < 3, size: 4, fill: () => colourOf(line) },
      };
    }

    edge() {
      return { stroke: "transparent", width: 0, points: { show: false }, spanGaps: false };
    }

    size() {
      const height = parseInt(getComputedStyle(this.holder).getPropertyValue("--plot-height"), 10) || 180;
      return { width: Math.max(160, this.holder.clientWidth), height };
    }

    // Bounded metrics show their whole range, unless what happens in it would be too small to see. The interval of a
    // few runs reaches beyond what the metric can be; the axis does not.
    range(lowest, highest) {
      const { low: least, high: most } = this.spec;
      if (lowest === null || highest === null) return [least ?? 0, most ?? (least ?? 0) + 1];
      const nulls = this.nulls?.[1] ?? [];
      const low = Math.max(Math.min(lowest, ...nulls), least ?? -Infinity);
      const high = Math.min(Math.max(highest, ...nulls), most ?? Infinity);
      const room = Math.max((high - low) * 0.08, 1e-6);
      const bottom = least !== null ? Math.min(least, low) : low - room;
      const whole = most !== null && high - bottom > 0.25 * (most - bottom);
      if (high === bottom) return [bottom, high + (Math.abs(high) || 1)]; // a flat line at the floor
      return [bottom, whole ? Math.max(most, high) : high + room];
    }

    tick(value, ticks) {
      const step = ticks.length > 1 ? Math.abs(ticks[1] - ticks[0]) : 1;
      if (Math.abs(value) >= 1e3) return short(value);
      let digits = 0;
      for (let rest = step; digits < 5 && Math.abs(rest - Math.round(rest)) > 1e-6 * rest; rest *= 10) digits += 1;
      return value.toFixed(digits).replace("-", "−");
    }

    // Faint and dashed under the lines, as on a run's own page, and named at its left end.
    nullLine(plot) {
      if (!this.nulls) return;
      const ratio = devicePixelRatio || 1;
      const { left, top, width, height } = plot.bbox;
      const [steps, values] = this.nulls;
      const context = plot.ctx;
      context.save();
      context.beginPath();
      context.rect(left, top, width, height);
      context.clip();
      context.strokeStyle = css("--ink-3");
      context.lineWidth = ratio;
      context.setLineDash([4 * ratio, 4 * ratio]);
      context.beginPath();
      steps.forEach((step, i) => context.lineTo(plot.valToPos(step, "x", true), plot.valToPos(values[i], "y", true)));
      context.stroke();
      context.font = `${11 * ratio}px system-ui, sans-serif`;
      context.fillStyle = css("--ink-3");
      context.textAlign = "left";
      context.textBaseline = "bottom";
      const first = plot.valToPos(values[0], "y", true);
      context.fillText("null", left + 4 * ratio, first - top > 16 * ratio ? first - 2 * ratio : first + 14 * ratio);
      context.restore();
    }

    // The last value of each line at its end, pushed apart so that none covers another.
    labels(plot) {
      const ratio = devicePixelRatio || 1;
      const { left, top, width, height } = plot.bbox;
      const context = plot.ctx;
      context.save();
      context.font = `${11 * ratio}px system-ui, sans-serif`;
      context.fillStyle = css("--ink-2");
      context.textAlign = "right";
      context.textBaseline = "top";
      context.fillText("step", left - 12 * ratio, top + height + 5 * ratio);
      if (this.spec.lines.length <= MOST_LABELS) {
        const to = plot.series[0].idxs?.[1] ?? plot.data[0].length - 1;
        const found = this.spec.lines.map((line, i) => ({ line, value: lastOf(plot.data[i + 1], to) })).filter((label) => label.value !== null);
        for (const label of found) label.y = plot.valToPos(label.value, "y", true);
        found.sort((a, b) => a.y - b.y);
        const gap = 13 * ratio;
        for (let i = 1; i < found.length; i += 1) found[i].y = Math.max(found[i].y, found[i - 1].y + gap);
        let limit = top + height - 4 * ratio;
        for (let i = found.length - 1; i >= 0; i -= 1) { found[i].y = Math.min(found[i].y, limit); limit = found[i].y - gap; }
        context.textAlign = "left";
        context.textBaseline = "middle";
        context.font = `600 ${11 * ratio}px system-ui, sans-serif`;
        for (const { line, value, y } of found) {
          context.fillStyle = `color-mix(in srgb, ${colourOf(line)} 70%, ${css("--ink")})`;
          context.fillText(short(value), left + width + 6 * ratio, y, (GUTTER - 8) * ratio);
        }
      }
      context.restore();
    }

    follow(plot) {
      const at = plot.cursor.idx;
      const reading = at !== null && at !== undefined;
      if (reading) this.about.dataset.at = `step ${short(plot.data[0][at])}`;
      else this.about.removeAttribute("data-at");
      this.say(reading ? at : null);
    }

    // The values of a step beside the names of the lines; without one each line's newest.
    say(at) {
      for (const figure of this.figures) {
        const values = this.given[Number(figure.dataset.line)]?.values ?? [];
        figure.textContent = short(at === null ? lastOf(values, values.length - 1) : values[at] ?? null);
      }
    }
  }

  function lastOf(values, to) {
    for (let i = to; i >= 0; i -= 1) if (values[i] !== null && values[i] !== undefined) return values[i];
    return null;
  }

  function unzoom() {
    for (const chart of all) {
      if (!chart.plot) continue;
      chart.plot.zoomedByHand = false;
      chart.plot.setData(chart.data, true);
    }
  }

  function redrawAll() {
    for (const chart of all) chart.plot?.redraw(false, true);
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redrawAll);
  new MutationObserver(redrawAll).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") unzoom(); });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-overlay-picture]");
    if (!button) return;
    const panel = button.closest("[data-chart]");
    for (const chart of all) if (chart.panel === panel) window.sociarium.overlayPicture(chart, button.dataset.overlayPicture);
    button.closest("details")?.removeAttribute("open");
  });

  Object.assign(window.sociarium, { OverlayChart });
})();
