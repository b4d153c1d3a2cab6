// Charts of several lines as pictures, PNG and SVG: with title, bands and a legend, on the panel's colour.
"use strict";

window.sociarium = window.sociarium || {};

(() => {
  const { short, css } = window.sociarium;
  const SVG = "http://www.w3.org/2000/svg";
  const HEAD = 44; // title and what it means
  const ROW = 16; // one line of the legend
  const DASHES = ["", "7 4", "2 3", "9 3 2 3"];

  function element(name, attributes, parent) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    parent?.append(made);
    return made;
  }

  function text(content, attributes, parent) {
    element("text", { fill: css("--ink-2"), "font-size": 11, ...attributes }, parent).textContent = content;
  }

  // Points of a line on the picture; null breaks it, undefined is joined over.
  function path(plot, values, left, top) {
    let drawn = "";
    let pen = false;
    plot.data[0].forEach((step, i) => {
      const value = values[i];
      if (value === undefined) return;
      const shown = value !== null && step >= plot.scales.x.min && step <= plot.scales.x.max;
      if (shown) drawn += `${pen ? "L" : "M"}${(left + plot.valToPos(step, "x")).toFixed(1)} ${(top + plot.valToPos(value, "y")).toFixed(1)}`;
      pen = shown;
    });
    return drawn;
  }

  function area(plot, highs, lows, left, top) {
    const there = plot.data[0].map((_, i) => i).filter((i) => highs[i] != null && lows[i] != null && plot.data[0][i] >= plot.scales.x.min && plot.data[0][i] <= plot.scales.x.max);
    const at = (i, value) => `${(left + plot.valToPos(plot.data[0][i], "x")).toFixed(1)} ${(top + plot.valToPos(value, "y")).toFixed(1)}`;
    const points = [...there.map((i) => at(i, highs[i])), ...there.reverse().map((i) => at(i, lows[i]))];
    return points.length ? `M${points.join("L")}Z` : "";
  }

  function drawing(chart) {
    const { plot, spec } = chart;
    const lines = spec.lines;
    const { width } = plot;
    const height = plot.height + HEAD + ROW * lines.length + 8;
    const picture = element("svg", { xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}`, "font-family": "system-ui, sans-serif" });
    element("rect", { width, height, fill: css("--panel") }, picture);
    text(spec.title, { x: 8, y: 18, "font-size": 14, "font-weight": 600, fill: css("--ink") }, picture);
    text(spec.about, { x: 8, y: 35 }, picture);
    const left = plot.over.offsetLeft;
    const top = plot.over.offsetTop + HEAD;
    const right = left + plot.over.offsetWidth;
    const bottom = top + plot.over.offsetHeight;
    for (const value of plot.axes[1]._splits || []) {
      const y = top + plot.valToPos(value, "y");
      if (y < top - 1 || y > bottom + 1) continue;
      element("line", { x1: left, x2: right, y1: y, y2: y, stroke: css("--grid") }, picture);
      text(chart.tick(value, plot.axes[1]._splits), { x: left - 6, y: y + 4, "text-anchor": "end" }, picture);
    }
    for (const value of plot.axes[0]._splits || []) {
      if (Number.isInteger(value)) text(short(value), { x: left + plot.valToPos(value, "x"), y: bottom + 16, "text-anchor": "middle" }, picture);
    }
    text("step", { x: left - 12, y: bottom + 16, "text-anchor": "end" }, picture);
    if (chart.nulls) {
      const shown = chart.nulls[0].map((step, i) => [step, chart.nulls[1][i]]).filter(([step]) => step >= plot.scales.x.min && step <= plot.scales.x.max);
      const points = shown.map(([step, value]) => `${(left + plot.valToPos(step, "x")).toFixed(1)},${(top + plot.valToPos(value, "y")).toFixed(1)}`);
      element("polyline", { points: points.join(" "), fill: "none", stroke: css("--ink-3"), "stroke-dasharray": "4 4" }, picture);
    }
    lines.forEach((line, i) => {
      if (!chart.banded) return;
      const place = lines.length + 1 + 2 * i;
      element("path", { d: area(plot, plot.data[place], plot.data[place + 1], left, top) || "M0 0", fill: css(`--series-${line.colour}`), opacity: 0.16 }, picture);
    });
    lines.forEach((line, i) => {
      const stroke = { stroke: css(`--series-${line.colour}`), "stroke-width": 1.75, "stroke-dasharray": DASHES[line.dash || 0] };
      element("path", { d: path(plot, plot.data[i + 1], left, top) || "M0 0", fill: "none", ...stroke }, picture);
      const y = plot.height + HEAD + ROW * i + 8;
      element("line", { x1: 8, x2: 32, y1: y, y2: y, ...stroke }, picture);
      text(line.label, { x: 40, y: y + 4, fill: css("--ink") }, picture);
    });
    return picture;
  }

  function save(name, blob) {
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  function overlayPicture(chart, kind) {
    if (!chart.plot) return;
    const made = drawing(chart);
    const source = new XMLSerializer().serializeToString(made);
    if (kind === "svg") { save(`${chart.spec.key}.svg`, new Blob([source], { type: "image/svg+xml" })); return; }
    const ratio = 2;
    const image = new Image();
    image.onload = () => {
      const canvas = Object.assign(document.createElement("canvas"), { width: made.getAttribute("width") * ratio, height: made.getAttribute("height") * ratio });
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob((blob) => save(`${chart.spec.key}.png`, blob), "image/png");
    };
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(source)}`;
  }

  Object.assign(window.sociarium, { overlayPicture });
})();
