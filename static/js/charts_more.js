// The opinion histogram, and charts as pictures (PNG and SVG).
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
      this.panel.querySelector("output").textContent = `step ${short(message.step)}, tallest bar ${short(most)}`;
      const all = counts.reduce((sum, count) => sum + count, 0) || 1;
      const part = (from, to) => Math.round(counts.slice(from, to).reduce((sum, count) => sum + count, 0) / all * 100);
      const third = Math.round(counts.length * 0.35);
      this.holder.setAttribute("aria-label", `Opinions at step ${message.step}: ${part(0, third)} % below −0.3, ${part(third, counts.length - third)} % between, ${part(counts.length - third)} % above 0.3`);
    }
  }

  function save(name, blob) {
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  // The chart with its title and range, on the panel's colour.
  function png(chart) {
    const source = chart.plot.ctx.canvas;
    const ratio = devicePixelRatio || 1;
    const head = 44 * ratio;
    const canvas = Object.assign(document.createElement("canvas"), { width: source.width, height: source.height + head });
    const context = canvas.getContext("2d");
    context.fillStyle = css("--panel");
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.fillStyle = css("--ink");
    context.font = `600 ${14 * ratio}px system-ui, sans-serif`;
    context.fillText(chart.spec.title, 8 * ratio, 18 * ratio);
    context.fillStyle = css("--ink-2");
    context.font = `${11 * ratio}px system-ui, sans-serif`;
    context.fillText(chart.spec.about, 8 * ratio, 35 * ratio, canvas.width - 16 * ratio);
    context.drawImage(source, 0, head);
    canvas.toBlob((blob) => save(`${chart.spec.key}.png`, blob), "image/png");
  }

  function svg(chart) {
    const plot = chart.plot;
    const { width, height } = { width: plot.width, height: plot.height + 44 };
    const picture = element("svg", { xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}`, "font-family": "system-ui, sans-serif" });
    element("rect", { width, height, fill: css("--panel") }, picture);
    element("text", { x: 8, y: 18, "font-size": 14, "font-weight": 600, fill: css("--ink") }, picture).textContent = chart.spec.title;
    element("text", { x: 8, y: 35, "font-size": 11, fill: css("--ink-2") }, picture).textContent = chart.spec.about;
    const left = plot.over.offsetLeft;
    const top = plot.over.offsetTop + 44;
    const inside = { right: left + plot.over.offsetWidth, bottom: top + plot.over.offsetHeight };
    for (const value of plot.axes[1]._splits || []) {
      const y = top + plot.valToPos(value, "y");
      element("line", { x1: left, x2: inside.right, y1: y, y2: y, stroke: css("--grid") }, picture);
      element("text", { x: left - 6, y: y + 4, "font-size": 11, "text-anchor": "end", fill: css("--ink-2") }, picture).textContent = chart.tick(value, plot.axes[1]._splits);
    }
    for (const value of plot.axes[0]._splits || []) {
      if (Number.isInteger(value)) element("text", { x: left + plot.valToPos(value, "x"), y: inside.bottom + 16, "font-size": 11, "text-anchor": "middle", fill: css("--ink-2") }, picture).textContent = short(value);
    }
    chart.lines().forEach((line, index) => {
      const values = plot.data[index + 1];
      let path = "";
      let pen = false;
      plot.data[0].forEach((step, i) => {
        const shown = values[i] !== null && step >= plot.scales.x.min && step <= plot.scales.x.max;
        if (shown) path += `${pen ? "L" : "M"}${(left + plot.valToPos(step, "x")).toFixed(1)} ${(top + plot.valToPos(values[i], "y")).toFixed(1)}`;
        pen = shown;
      });
      const colour = line.isNull ? css("--ink-3") : css(`--series-${line.colour}`);
      element("path", { d: path || "M0 0", fill: "none", stroke: colour, "stroke-width": line.isNull ? 1 : 1.75, ...(line.isNull ? { "stroke-dasharray": "4 4" } : {}) }, picture);
      const last = values[values.length - 1];
      if (last !== null && last !== undefined) element("text", { x: inside.right + 6, y: top + plot.valToPos(last, "y") + 4, "font-size": 11, fill: colour }, picture).textContent = line.isNull ? chart.spec.null : `${short(last)}${chart.spec.lines.length > 1 ? ` ${line.label}` : ""}`;
    });
    save(`${chart.spec.key}.svg`, new Blob([new XMLSerializer().serializeToString(picture)], { type: "image/svg+xml" }));
  }

  function picture(chart, kind) {
    if (chart.plot) (kind === "png" ? png : svg)(chart);
  }

  Object.assign(window.sociarium, { Histogram, picture });
})();
