// The tree of a cascade as SVG: around its root, or in layers from top to bottom. Knows places and colours, no network.
"use strict";

window.sociarium = window.sociarium || {};

(() => {
  const { short, css } = window.sociarium;
  const SVG = "http://www.w3.org/2000/svg";

  const element = (name, attributes, parent) => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    parent?.append(made);
    return made;
  };

  function stanceColour(x) {
    if (x === null) return css("--ink-3");
    const place = Math.min(3.999, Math.max(0, (x + 1) * 2));
    const from = Math.floor(place);
    return `color-mix(in srgb, ${css(`--stance-${from + 2}`)} ${Math.round((place - from) * 100)}%, ${css(`--stance-${from + 1}`)})`;
  }

  // Where each node stands: across 0 .. 1 among the leaves, down by depth. Parents may stand after their children.
  function places(nodes) {
    const n = nodes.parent.length;
    const children = Array.from({ length: n }, () => []);
    for (let i = 1; i < n; i += 1) children[nodes.parent[i]].push(i);
    const order = [0];
    for (let at = 0; at < order.length; at += 1) order.push(...children[order[at]]);
    const leaves = new Float64Array(n);
    for (let at = order.length - 1; at >= 0; at -= 1) {
      const node = order[at];
      // What is not drawn takes room too, by its logarithm: many hidden leaves are a wide fan.
      const hidden = Math.log1p(nodes.hidden[node]);
      leaves[node] = Math.max(1, children[node].reduce((sum, child) => sum + leaves[child], 0) + hidden);
    }
    const from = new Float64Array(n);
    const across = new Float64Array(n);
    for (const node of order) {
      across[node] = (from[node] + leaves[node] / 2) / leaves[0];
      let at = from[node];
      for (const child of children[node]) { from[child] = at; at += leaves[child]; }
    }
    return { across, deepest: Math.max(1, ...nodes.depth) };
  }

  class CascadeTree {
    // hooks: point(node, x, y), open(node).
    constructor(svg, hooks) {
      Object.assign(this, { svg, hooks, shape: "radial", tree: null, at: -1 });
      this.lines = element("path", { class: "casc-tree-lines" }, svg);
      this.dots = element("g", { class: "casc-nodes" }, svg);
      this.known = new Set();
      const nodeOf = (event) => (event.target.dataset.node === undefined ? -1 : Number(event.target.dataset.node));
      svg.addEventListener("pointermove", (event) => { const box = svg.getBoundingClientRect(); hooks.point(nodeOf(event), event.clientX - box.left, event.clientY - box.top); });
      svg.addEventListener("pointerleave", () => hooks.point(-1));
      svg.addEventListener("click", (event) => { if (nodeOf(event) >= 0) hooks.open(nodeOf(event)); });
      svg.addEventListener("keydown", (event) => this.key(event));
      new ResizeObserver(() => { if (this.tree) this.draw(); }).observe(svg);
    }

    key(event) {
      const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
      if (!this.tree || event.ctrlKey || event.metaKey || event.altKey) return;
      const n = this.tree.nodes.parent.length;
      if (event.key in steps) this.mark((this.at + steps[event.key] + n) % n);
      else if (event.key === "Enter" && this.at >= 0) this.hooks.open(this.at);
      else return;
      event.preventDefault();
      event.stopPropagation();
    }

    mark(node) {
      this.dots.children[this.at]?.classList.remove("casc-at");
      this.at = node;
      this.dots.children[node]?.classList.add("casc-at");
      this.hooks.point(node, ...this.spots[node]);
    }

    // tree: what the server sends of a cascade at a step.
    show(tree) {
      if (this.tree?.key !== tree.key) { this.known.clear(); this.at = -1; this.first = true; }
      this.tree = tree;
      this.draw();
      this.first = false;
    }

    draw() {
      const { nodes } = this.tree;
      const [width, height] = [this.svg.clientWidth, this.svg.clientHeight];
      if (!width) return;
      const { across, deepest } = places(nodes);
      const n = nodes.parent.length;
      const radius = Math.max(1.6, Math.min(6, 90 / Math.sqrt(n)));
      const edge = radius + 8;
      const far = (Math.min(width, height) / 2 - edge) / deepest;
      const [wide, tall] = [width / 2 - edge, height / 2 - edge];
      this.spots = Array.from({ length: n }, (_, i) => {
        if (this.shape === "layers") return [edge + across[i] * (width - 2 * edge), edge + (nodes.depth[i] / deepest) * (height - 2 * edge)];
        const angle = 2 * Math.PI * across[i] - Math.PI / 2;
        // An ellipse, so that a wide panel is used.
        const away = nodes.depth[i] / deepest;
        return [width / 2 + away * Math.min(wide, 1.6 * far * deepest) * Math.cos(angle), height / 2 + away * tall * Math.sin(angle)];
      });
      let path = "";
      const at = ([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`;
      for (let i = 1; i < n; i += 1) {
        const [a, b] = [this.spots[nodes.parent[i]], this.spots[i]];
        const middle = (a[1] + b[1]) / 2;
        path += this.shape === "layers" ? `M${at(a)}C${a[0].toFixed(1)} ${middle.toFixed(1)} ${b[0].toFixed(1)} ${middle.toFixed(1)} ${at(b)}` : `M${at(a)}L${at(b)}`;
      }
      this.lines.setAttribute("d", path);
      this.lines.setAttribute("stroke-width", Math.max(0.5, Math.min(1.2, 40 / Math.sqrt(n))).toFixed(2));
      const colours = new Map();
      const colourOf = (x) => { const key = x === null ? null : Math.round(x * 50) / 50; if (!colours.has(key)) colours.set(key, stanceColour(key)); return colours.get(key); };
      const made = document.createDocumentFragment();
      for (let i = 0; i < n; i += 1) {
        const [x, y] = this.spots[i];
        const size = (i === 0 ? 1.7 : 1) * radius + (nodes.hidden[i] ? Math.min(6, Math.log1p(nodes.hidden[i])) : 0);
        const box = nodes.kind[i] === 2
          ? element("rect", { x: (x - size).toFixed(1), y: (y - size).toFixed(1), width: (2 * size).toFixed(1), height: (2 * size).toFixed(1) })
          : element("circle", { cx: x.toFixed(1), cy: y.toFixed(1), r: size.toFixed(1) });
        box.style.fill = colourOf(nodes.opinion[i]);
        box.dataset.node = i;
        const name = `${nodes.user[i]} ${nodes.step[i]} ${nodes.depth[i]}`;
        const words = [i === 0 ? "casc-root" : "", nodes.hidden[i] ? "casc-more" : "", !this.first && !this.known.has(name) ? "casc-new" : "", i === this.at ? "casc-at" : ""];
        box.setAttribute("class", words.filter(Boolean).join(" "));
        this.known.add(name);
        made.append(box);
      }
      this.dots.replaceChildren(made);
    }

    // The tree as a file: SVG with its colours written out, or the same as PNG.
    save(kind, name) {
      const copy = this.svg.cloneNode(true);
      const [width, height] = [this.svg.clientWidth, this.svg.clientHeight];
      for (const [key, value] of Object.entries({ xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}` })) copy.setAttribute(key, value);
      const ground = element("rect", { width, height, fill: css("--panel") });
      copy.prepend(ground);
      const lines = copy.querySelector(".casc-tree-lines");
      for (const [key, value] of Object.entries({ fill: "none", stroke: css("--ink-3"), "stroke-opacity": 0.45 })) lines.setAttribute(key, value);
      [...copy.querySelector(".casc-nodes").children].forEach((node, i) => {
        node.setAttribute("fill", getComputedStyle(this.dots.children[i]).fill);
        node.removeAttribute("style");
      });
      const text = new XMLSerializer().serializeToString(copy);
      const give = (blob) => {
        const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: `${name}.${kind}` });
        link.click();
        setTimeout(() => URL.revokeObjectURL(link.href), 1000);
      };
      if (kind === "svg") { give(new Blob([text], { type: "image/svg+xml" })); return; }
      const image = new Image();
      image.addEventListener("load", () => {
        const canvas = Object.assign(document.createElement("canvas"), { width: 2 * width, height: 2 * height });
        canvas.getContext("2d").drawImage(image, 0, 0, 2 * width, 2 * height);
        canvas.toBlob(give, "image/png");
      });
      image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
    }
  }

  Object.assign(window.sociarium, { CascadeTree, wordsOfNode: (nodes, i) => `${nodes.user[i] < 0 ? "the scenario" : `user ${nodes.user[i]}`} · step ${short(nodes.step[i])} · level ${nodes.depth[i]} · opinion ${nodes.opinion[i] === null ? "unknown" : short(nodes.opinion[i])}${nodes.hidden[i] ? ` · ${short(nodes.hidden[i])} shares of it not drawn` : ""}` });
})();
