// The numbers of a network as colours and sizes, and the binary messages they come in. No DOM but the stylesheet's colours.
"use strict";

window.sociarium = window.sociarium || {};

(() => {
  const { css } = window.sociarium;
  const VIRIDIS = ["#440154", "#414487", "#2a788e", "#22a884", "#7ad151", "#fde725"];
  const SEEN = { node: 235, outside: 38 };

  const rgb = (text) => {
    const hex = text.replace("#", "");
    return [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16));
  };

  // A list of colours as a function of 0 .. 1.
  function ramp(colours) {
    const stops = colours.map(rgb);
    return (x) => {
      const place = Math.min(stops.length - 1.0001, Math.max(0, x * (stops.length - 1)));
      const at = Math.floor(place);
      return stops[at].map((from, i) => Math.round(from + (stops[at + 1][i] - from) * (place - at)));
    };
  }

  const palettes = () => ({
    opinion: ramp([1, 2, 3, 4, 5].map((i) => css(`--stance-${i}`))),
    activity: ramp(VIRIDIS),
    communities: [1, 2, 3, 4, 5, 6].map((i) => rgb(css(`--series-${i}`))),
    other: rgb(css("--ink-3")),
  });

  function words(buffer, letters) {
    const head = new Uint8Array(buffer, 0, 4);
    if (String.fromCharCode(...head) !== letters) throw new Error("The server sent something else than a drawing.");
    return new Int32Array(buffer);
  }

  // See simapp/store/drawings.py.
  function readDrawing(buffer) {
    const all = words(buffer, "SNET");
    const [, version, nodes, edges, communities, step] = all;
    if (version !== 1) throw new Error("This page is older than the server; reload it.");
    let at = 8;
    const take = (count) => { at += count; return all.subarray(at - count, at); };
    const places = new Float32Array(buffer, 4 * at, 2 * nodes);
    at += 2 * nodes;
    const [users, followers, community] = [take(nodes), take(nodes), take(nodes)];
    return { nodes, communities, step, places, users, followers, community, edges: new Uint32Array(take(2 * edges)) };
  }

  // See simapp/runs/network.py.
  function readColours(buffer) {
    const all = words(buffer, "SNCO");
    const [, version, step, opinionStep, window_, nodes, added, removed, members, cut] = all;
    if (version !== 1) throw new Error("This page is older than the server; reload it.");
    let at = 10;
    const opinions = new Float32Array(buffer, 4 * at, nodes);
    at += nodes;
    const take = (count) => { at += count; return all.subarray(at - count, at); };
    return {
      step, opinionStep, window: window_, opinions, activity: take(nodes), added: take(2 * added), removed: take(2 * removed),
      members: members < 0 ? null : take(members), cut: cut === 1,
    };
  }

  // Edges of the drawing without those removed, with those added: Uint32Array(2 e).
  function edgesAt(drawing, colours) {
    if (!colours.added.length && !colours.removed.length) return drawing.edges;
    const gone = new Set();
    for (let i = 0; i < colours.removed.length; i += 2) gone.add(colours.removed[i] * drawing.nodes + colours.removed[i + 1]);
    const found = new Uint32Array(drawing.edges.length + colours.added.length);
    let at = 0;
    for (let i = 0; i < drawing.edges.length; i += 2) {
      const [a, b] = [drawing.edges[i], drawing.edges[i + 1]];
      if (gone.size && gone.has(a * drawing.nodes + b)) continue;
      found[at] = a; found[at + 1] = b; at += 2;
    }
    found.set(colours.added, at);
    return found.slice(0, at + colours.added.length);
  }

  // Radii grow with the root of followers; a crowd is drawn smaller than a village. Diameters in pixels.
  function sizesOf(drawing) {
    const base = Math.max(2, Math.min(8, 60 / Math.sqrt(Math.sqrt(drawing.nodes)) - 2.4));
    let most = 1;
    for (const count of drawing.followers) most = Math.max(most, count);
    return Float32Array.from(drawing.followers, (count) => base * (0.7 + 2.3 * Math.sqrt(count / most)));
  }

  // Colours of all nodes by "opinion", "community" or "activity": Uint8Array(4 n), and the order of drawing.
  function paint(drawing, colours, by, sizes) {
    const { opinion, activity, communities, other } = palettes();
    const most = Math.log1p(Math.max(1, colours.activity.reduce((top, count) => Math.max(top, count), 0)));
    const table = Array.from({ length: 256 }, (_, i) => (by === "activity" ? activity : opinion)(i / 255));
    const inside = colours.members && new Uint8Array(drawing.nodes);
    if (inside) for (const i of colours.members) inside[i] = 1;
    const found = new Uint8Array(4 * drawing.nodes);
    for (let i = 0; i < drawing.nodes; i += 1) {
      let colour = other;
      if (by === "community") colour = communities[drawing.community[i]] || other;
      else if (by === "activity") { if (colours.activity[i]) colour = table[Math.round((Math.log1p(colours.activity[i]) / most) * 255)]; }
      else if (!Number.isNaN(colours.opinions[i])) colour = table[Math.round(Math.min(1, Math.max(0, (colours.opinions[i] + 1) / 2)) * 255)];
      found[4 * i] = colour[0]; found[4 * i + 1] = colour[1]; found[4 * i + 2] = colour[2];
      found[4 * i + 3] = inside && !inside[i] ? SEEN.outside : SEEN.node;
    }
    // The much followed, and who belongs to the cohort, lie on top.
    const weight = (i) => sizes[i] + (inside && inside[i] ? 1000 : 0);
    const order = Uint32Array.from({ length: drawing.nodes }, (_, i) => i).sort((a, b) => weight(a) - weight(b));
    return { colours: found, order, most: Math.round(Math.expm1(most)) };
  }

  Object.assign(window.sociarium, { readDrawing, readColours, edgesAt, sizesOf, paint, palettes });
})();
