// Charts as pictures: PNG and SVG, with title, range and what intervened, on the panel's colour.
"use strict";

window.sociarium = window.sociarium || {};

(() => {
  const { short, css, time, stanceColour, svgElement: element } = window.sociarium;
  const SVG = "http://www.w3.org/2000/svg";
  const HEAD = 44; // px for title and range
  const FONT = "system-ui, sans-serif";

  function save(name, blob) {
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  function sheet(width, height, title, about) {
    const picture = element("svg", { xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}`, "font-family": FONT });
    element("rect", { width, height, fill: css("--panel") }, picture);
    text(picture, title, { x: 8, y: 18, "font-size": 14, "font-weight": 600, fill: css("--ink") });
    text(picture, about, { x: 8, y: 35, "font-size": 11, fill: css("--ink-2") });
    return picture;
  }

  function text(parent, said, attributes) {
    element("text", { "font-size": 11, fill: css("--ink-2"), ...attributes }, parent).textContent = said;
  }

  // Interventions that are in sight, and the past step that is shown.
  const inSight = (plot) => [
    ...time.marks.map((mark) => ({ step: mark.step, said: mark.letter || "•", dash: "2 3" })),
    ...(time.at === null ? [] : [{ step: time.at, said: "", dash: "" }]),
  ].filter(({ step }) => step >= plot.scales.x.min && step <= plot.scales.x.max);

  function lineSvg(chart) {
    const { plot } = chart;
    const picture = sheet(plot.width, plot.height + HEAD, chart.spec.title, `${chart.spec.about}${chart.smoothed || ""}`);
    const left = plot.over.offsetLeft;
    const top = plot.over.offsetTop + HEAD;
    const right = left + plot.over.offsetWidth;
    const bottom = top + plot.over.offsetHeight;
    const [across, up] = [plot.axes[0], plot.axes[1]];
    for (const value of up._splits || []) {
      const y = top + plot.valToPos(value, "y");
      element("line", { x1: left, x2: right, y1: y, y2: y, stroke: css("--grid") }, picture);
      text(picture, chart.tick(value, up._splits), { x: left - 6, y: y + 4, "text-anchor": "end" });
    }
    (across._splits || []).forEach((value, i) => text(picture, across._values[i], { x: left + plot.valToPos(value, "x"), y: bottom + 16, "text-anchor": "middle" }));
    for (const { step, said, dash } of inSight(plot)) {
      const x = left + plot.valToPos(step, "x");
      element("line", { x1: x, x2: x, y1: top, y2: bottom, stroke: css(said ? "--ink-3" : "--accent"), "stroke-dasharray": dash }, picture);
      text(picture, said, { x: x + 3, y: top + 10 });
    }
    chart.lines().forEach((line, index) => {
      const values = plot.data[index + 1];
      let path = "";
      let pen = false;
      let last = null;
      plot.data[0].forEach((step, i) => {
        const shown = values[i] !== null && step >= plot.scales.x.min && step <= plot.scales.x.max;
        if (shown) { path += `${pen ? "L" : "M"}${(left + plot.valToPos(step, "x")).toFixed(1)} ${(top + plot.valToPos(values[i], "y")).toFixed(1)}`; last = values[i]; }
        pen = shown;
      });
      const colour = line.isNull ? css("--ink-3") : css(`--series-${line.colour}`);
      element("path", { d: path || "M0 0", fill: "none", stroke: colour, "stroke-width": line.isNull || line.faint ? 1 : 1.75, "stroke-opacity": line.faint ? 0.3 : 1, ...(line.isNull ? { "stroke-dasharray": "4 4" } : {}) }, picture);
      if (last !== null && !line.faint) text(picture, line.isNull ? chart.spec.null : `${short(last)}${chart.spec.lines.length > 1 ? ` ${line.label}` : ""}`, { x: right + 6, y: top + plot.valToPos(last, "y") + 4, fill: colour });
    });
    return picture;
  }

  function histogramSvg(histogram) {
    const [width, height, pad] = [560, 240, 24];
    const { message } = histogram;
    const picture = sheet(width, height + HEAD, "Opinions", `${histogram.panel.querySelector(".chart-about").textContent}; step ${message.step}`);
    const most = Math.max(1, ...message.histogram);
    const bar = (width - 2 * pad) / message.histogram.length;
    message.histogram.forEach((count, i) => {
      const tall = count / most * (height - 2 * pad);
      const rect = element("rect", { x: pad + i * bar + 1, y: HEAD + height - pad - tall, width: bar - 2, height: tall }, picture);
      rect.setAttribute("fill", plain(stanceColour((i + 0.5) / message.histogram.length * 2 - 1)));
    });
    element("line", { x1: pad, x2: width - pad, y1: HEAD + height - pad, y2: HEAD + height - pad, stroke: css("--line-strong") }, picture);
    ["−1", "−0.5", "0", "0.5", "1"].forEach((said, i) => text(picture, said, { x: pad + i * (width - 2 * pad) / 4, y: HEAD + height - 8, "text-anchor": "middle" }));
    text(picture, `tallest bar ${short(most)}`, { x: width - 8, y: 18, "text-anchor": "end" });
    return picture;
  }

  // Bars that the server drew: the same rectangles with the legend below, as the table beside them says it.
  function barsSvg({ panel }) {
    const [width, tall, pad, line] = [560, 180, 24, 17];
    const drawn = panel.querySelector("figure svg");
    const [, , across, up] = drawn.getAttribute("viewBox").split(" ").map(Number);
    const rows = [...panel.querySelectorAll("tbody tr")];
    const height = HEAD + tall + 2 * pad + rows.length * line;
    const picture = sheet(width, height, panel.querySelector("h2").textContent, panel.querySelector("figcaption").textContent);
    for (const rect of drawn.querySelectorAll("rect")) {
      const [x, y, w, h] = ["x", "y", "width", "height"].map((name) => Number(rect.getAttribute(name)));
      const [right, down] = [(width - 2 * pad) / across, tall / up];
      element("rect", { x: pad + x * right, y: HEAD + y * down, width: w * right, height: h * down, fill: plain(getComputedStyle(rect).fill) }, picture);
    }
    element("line", { x1: pad, x2: width - pad, y1: HEAD + tall, y2: HEAD + tall, stroke: css("--line-strong") }, picture);
    const ends = [...panel.querySelectorAll(".stage-scale span")];
    const last = pad + drawn.querySelector("rect:last-of-type").getAttribute("x") / across * (width - 2 * pad);
    ends.forEach((end, i) => text(picture, end.textContent, { x: i ? last : pad, y: HEAD + tall + 16 }));
    rows.forEach((row, i) => {
      const y = HEAD + tall + 2 * pad + i * line;
      element("rect", { x: pad, y: y - 9, width: 10, height: 10, fill: plain(getComputedStyle(row.querySelector(".swatch")).backgroundColor) }, picture);
      [...row.cells].forEach((cell, place) => text(picture, cell.textContent, { x: [pad + 18, 260, 330][place], y, "text-anchor": place ? "end" : "start" }));
    });
    return picture;
  }

  // A colour of the stylesheet as one that every program reads.
  function plain(colour) {
    const probe = document.createElement("i");
    probe.style.color = colour;
    document.body.append(probe);
    const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
    const context = canvas.getContext("2d");
    context.fillStyle = getComputedStyle(probe).color;
    context.fillRect(0, 0, 1, 1);
    probe.remove();
    const [r, g, b] = context.getImageData(0, 0, 1, 1).data;
    return `rgb(${r},${g},${b})`;
  }

  function asPng(picture, name) {
    const ratio = Math.max(2, devicePixelRatio || 1);
    const [width, height] = ["width", "height"].map((side) => Number(picture.getAttribute(side)) * ratio);
    const image = new Image();
    image.onload = () => {
      const canvas = Object.assign(document.createElement("canvas"), { width, height });
      canvas.getContext("2d").drawImage(image, 0, 0, width, height);
      canvas.toBlob((blob) => save(name, blob), "image/png");
    };
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(picture))}`;
  }

  // chart: a LineChart, a Histogram or {bars: their name, panel}; kind: "png" or "svg". Nothing is drawn before the first step.
  function picture(chart, kind) {
    if (!chart.plot && !chart.message && !chart.bars) return;
    const made = chart.plot ? lineSvg(chart) : chart.bars ? barsSvg(chart) : histogramSvg(chart);
    const name = `${chart.spec?.key ?? chart.bars ?? "opinions"}.${kind}`;
    if (kind === "png") asPng(made, name);
    else save(name, new Blob([new XMLSerializer().serializeToString(made)], { type: "image/svg+xml" }));
  }

  Object.assign(window.sociarium, { picture, savePicture: save });
})();
