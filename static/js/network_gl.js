// Draws a graph with WebGL: the server's arrays go to the graphics card as they are. Knows no opinions and no DOM.
"use strict";

window.sociarium = window.sociarium || {};

(() => {
  const VERTEX = `#version 300 es
    in vec2 place; in vec4 colour; in float size;
    uniform vec2 scale; uniform vec2 shift; uniform float grow; uniform float dim;
    out vec4 tint;
    void main() {
      gl_Position = vec4(place * scale + shift, 0.0, 1.0);
      gl_PointSize = max(size * grow, 1.0);
      tint = vec4(colour.rgb, colour.a * dim);
    }`;
  const POINT = `#version 300 es
    precision mediump float;
    in vec4 tint; out vec4 ink;
    void main() {
      float away = length(gl_PointCoord - 0.5);
      float edge = fwidth(away);
      float seen = 1.0 - smoothstep(0.5 - edge, 0.5, away);
      ink = vec4(tint.rgb, 1.0) * tint.a * seen;
    }`;
  const LINE = `#version 300 es
    precision mediump float;
    in vec4 tint; out vec4 ink;
    void main() { ink = vec4(tint.rgb, 1.0) * tint.a; }`;

  function program(gl, fragment) {
    const made = gl.createProgram();
    for (const [kind, text] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, fragment]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, text);
      gl.compileShader(shader);
      if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(shader));
      gl.attachShader(made, shader);
    }
    ["place", "colour", "size"].forEach((name, at) => gl.bindAttribLocation(made, at, name));
    gl.linkProgram(made);
    if (!gl.getProgramParameter(made, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(made));
    const at = (name) => gl.getUniformLocation(made, name);
    return { made, scale: at("scale"), shift: at("shift"), grow: at("grow"), dim: at("dim") };
  }

  class GraphPicture {
    // Throws where the browser has no WebGL 2. Camera: the place at the middle, and pixels per unit.
    constructor(canvas) {
      this.canvas = canvas;
      this.gl = canvas.getContext("webgl2", { antialias: true, alpha: true, premultipliedAlpha: true });
      if (!this.gl) throw new Error("no WebGL 2");
      this.camera = { x: 0, y: 0, zoom: 100 };
      this.fitted = 100;
      this.lines = true;
      this.nodes = 0;
      this.edges = 0;
      this.due = false;
      this.setUp();
      canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
      canvas.addEventListener("webglcontextrestored", () => { this.setUp(); this.refill(); });
      new ResizeObserver(() => this.resize()).observe(canvas);
    }

    setUp() {
      const { gl } = this;
      this.points = program(gl, POINT);
      this.strokes = program(gl, LINE);
      this.buffers = Object.fromEntries(["place", "colour", "size", "edges", "order"].map((name) => [name, gl.createBuffer()]));
      this.held = this.held || {};
      gl.enable(gl.BLEND);
      gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
      gl.clearColor(0, 0, 0, 0);
    }

    refill() {
      for (const [name, data] of Object.entries(this.held)) this.fill(name, data);
    }

    fill(name, data) {
      const { gl } = this;
      this.held[name] = data;
      const target = name === "edges" || name === "order" ? gl.ELEMENT_ARRAY_BUFFER : gl.ARRAY_BUFFER;
      gl.bindBuffer(target, this.buffers[name]);
      gl.bufferData(target, data, gl.DYNAMIC_DRAW);
      this.drawSoon();
    }

    // places: Float32Array(2 n), sizes: Float32Array(n) in CSS pixels at the fitted zoom.
    setNodes(places, sizes) {
      this.nodes = sizes.length;
      this.fill("place", places);
      this.fill("size", sizes);
      this.places = places;
      this.sizes = sizes;
    }

    // colours: Uint8Array(4 n). order: Uint32Array, who is drawn first.
    setColours(colours, order) {
      this.fill("colour", colours);
      this.fill("order", order);
    }

    // edges: Uint32Array(2 e), places in the list of nodes.
    setEdges(edges) {
      this.edges = edges.length / 2;
      this.fill("edges", edges);
    }

    resize() {
      this.ratio = Math.min(devicePixelRatio || 1, 2);
      const width = Math.round(this.canvas.clientWidth * this.ratio);
      const height = Math.round(this.canvas.clientHeight * this.ratio);
      if (!width || (width === this.canvas.width && height === this.canvas.height)) return;
      const first = !this.canvas.dataset.sized;
      Object.assign(this.canvas, { width, height });
      this.canvas.dataset.sized = "yes";
      if (first) this.fit();
      this.draw();
    }

    // Show all, or nearly: a few outliers do not make everybody small.
    fit() {
      const { clientWidth: width, clientHeight: height } = this.canvas;
      const [left, right, low, high] = this.bounds || [-1, 1, -1, 1];
      this.fitted = 0.92 * Math.min(width / Math.max(right - left, 1e-6), height / Math.max(high - low, 1e-6));
      this.camera = { x: (left + right) / 2, y: (low + high) / 2, zoom: this.fitted };
      this.drawSoon();
    }

    // Points grow more slowly than the picture, so that zooming in tears clusters apart.
    growth() {
      return Math.max(0.5, Math.sqrt(this.camera.zoom / (this.fitted || 1)));
    }

    toScreen(x, y) {
      const { camera, canvas } = this;
      return [canvas.clientWidth / 2 + (x - camera.x) * camera.zoom, canvas.clientHeight / 2 - (y - camera.y) * camera.zoom];
    }

    toWorld(x, y) {
      const { camera, canvas } = this;
      return [camera.x + (x - canvas.clientWidth / 2) / camera.zoom, camera.y - (y - canvas.clientHeight / 2) / camera.zoom];
    }

    drawSoon() {
      if (!this.due) { this.due = true; requestAnimationFrame(() => { this.due = false; this.draw(); }); }
    }

    draw() {
      const { gl, camera, canvas, buffers } = this;
      gl.viewport(0, 0, canvas.width, canvas.height);
      gl.clear(gl.COLOR_BUFFER_BIT);
      if (!this.nodes || !this.held.colour) return;
      const across = (2 * camera.zoom) / canvas.clientWidth;
      const down = (2 * camera.zoom) / canvas.clientHeight;
      const use = (made, dim) => {
        gl.useProgram(made.made);
        gl.uniform2f(made.scale, across, down);
        gl.uniform2f(made.shift, -camera.x * across, -camera.y * down);
        gl.uniform1f(made.grow, this.ratio * this.growth());
        gl.uniform1f(made.dim, dim);
        [["place", 2, gl.FLOAT, false], ["colour", 4, gl.UNSIGNED_BYTE, true], ["size", 1, gl.FLOAT, false]].forEach(([name, count, kind, scaled], at) => {
          gl.bindBuffer(gl.ARRAY_BUFFER, buffers[name]);
          gl.enableVertexAttribArray(at);
          gl.vertexAttribPointer(at, count, kind, scaled, 0, 0);
        });
      };
      if (this.lines && this.edges) {
        // Many lines are each fainter, so that what they make together keeps its weight.
        use(this.strokes, Math.min(0.5, Math.max(0.035, 14 / Math.sqrt(this.edges))));
        gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, buffers.edges);
        gl.drawElements(gl.LINES, 2 * this.edges, gl.UNSIGNED_INT, 0);
      }
      use(this.points, 1);
      gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, buffers.order);
      gl.drawElements(gl.POINTS, this.nodes, gl.UNSIGNED_INT, 0);
      this.onDrawn?.();
    }
  }

  // Finds the node under a point: a grid over the places, each cell a range of one list.
  class Finder {
    constructor(places) {
      const n = places.length / 2;
      this.places = places;
      this.side = Math.max(1, Math.min(512, Math.ceil(Math.sqrt(n))));
      let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
      for (let i = 0; i < n; i += 1) {
        left = Math.min(left, places[2 * i]); right = Math.max(right, places[2 * i]);
        low = Math.min(low, places[2 * i + 1]); high = Math.max(high, places[2 * i + 1]);
      }
      Object.assign(this, { left, low, step: Math.max(right - left, high - low, 1e-6) / this.side + 1e-9 });
      this.start = new Uint32Array(this.side * this.side + 1);
      const cell = new Uint32Array(n);
      for (let i = 0; i < n; i += 1) { cell[i] = this.cell(places[2 * i], places[2 * i + 1]); this.start[cell[i] + 1] += 1; }
      for (let c = 0; c < this.side * this.side; c += 1) this.start[c + 1] += this.start[c];
      this.list = new Uint32Array(n);
      const next = this.start.slice();
      for (let i = 0; i < n; i += 1) { this.list[next[cell[i]]] = i; next[cell[i]] += 1; }
      this.bounds = [left, right, low, high];
    }

    column(x, from) { return Math.min(this.side - 1, Math.max(0, Math.floor((x - from) / this.step))); }

    cell(x, y) { return this.column(y, this.low) * this.side + this.column(x, this.left); }

    // The nearest node within `reach` of (x, y) whose own radius(i) reaches it or comes close; -1 for none.
    near(x, y, reach, radius) {
      let best = -1;
      let least = Infinity;
      for (let row = this.column(y - reach, this.low); row <= this.column(y + reach, this.low); row += 1) {
        for (let column = this.column(x - reach, this.left); column <= this.column(x + reach, this.left); column += 1) {
          const c = row * this.side + column;
          for (let k = this.start[c]; k < this.start[c + 1]; k += 1) {
            const i = this.list[k];
            const away = Math.hypot(this.places[2 * i] - x, this.places[2 * i + 1] - y) - radius(i);
            if (away < least && away < reach) { least = away; best = i; }
          }
        }
      }
      return best;
    }
  }

  Object.assign(window.sociarium, { GraphPicture, Finder });
})();
