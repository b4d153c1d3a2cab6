// The network page: fetches the drawing once and its colours for the step that is looked at, and answers the hand.
"use strict";

(() => {
  const root = document.getElementById("network");
  if (!root) return;
  const { GraphPicture, GraphHand, Finder, inside, short } = window.sociarium;
  const { readDrawing, readColours, edgesAt, sizesOf, paint, palettes } = window.sociarium;
  const given = JSON.parse(document.getElementById("network-data").textContent);
  const run = document.getElementById("run");
  const $ = (id) => document.getElementById(id);
  const stage = $("net-stage");
  const EVERY = 1000; // milliseconds between two looks at a run that is moving
  const SLIDING = 120; // milliseconds that a slider must rest

  const state = { by: "opinion", at: run.dataset.at === "" ? null : Number(run.dataset.at), drawing: null, colours: null, chosen: -1, pointed: -1 };
  let graph, hand;
  const camera = `network-${run.dataset.run}-${given.layout}`;

  // --- words --------------------------------------------------------------------------------------------------

  function say(title, text) {
    stage.dataset.state = "said";
    const said = $("net-say");
    said.replaceChildren(Object.assign(document.createElement("h2"), { textContent: title }), Object.assign(document.createElement("p"), { textContent: text }));
  }

  function sayNow() {
    const { colours } = state;
    const parts = [`Step ${short(colours.step)}.`];
    if (state.by === "opinion" && colours.opinionStep < 0) parts.push("No opinions are kept for this step: users are grey.");
    else if (state.by === "opinion" && colours.opinionStep !== colours.step) parts.push(`Opinions are those after step ${short(colours.opinionStep)}, the newest that are kept.`);
    if (state.by === "activity") parts.push(`Activity: posts, reposts, quotes and comments of the last ${colours.window} steps.`);
    if (colours.added.length || colours.removed.length) parts.push(`Of the drawn edges since step ${short(state.drawing.step)}: ${short(colours.added.length / 2)} came, ${short(colours.removed.length / 2)} went.`);
    if (colours.cut) parts.push("Follows changed more often since then than can be drawn: some changes are left out.");
    if (colours.members) parts.push(`${short(colours.members.length)} users of the cohort stand out.`);
    $("net-now").textContent = parts.join(" ");
  }

  function legend(most) {
    const box = $("net-legend");
    box.hidden = false;
    box.replaceChildren();
    if (state.by === "community") {
      const list = document.createElement("ul");
      for (let i = 0; i <= Math.min(6, state.drawing.communities - 1); i += 1) {
        const item = document.createElement("li");
        const dot = Object.assign(document.createElement("i"), { className: `dot net-c${i + 1}` });
        item.append(dot, i < 6 ? String(i + 1) : `${short(state.drawing.communities - 6)} smaller`);
        list.append(item);
      }
      box.append(list);
      return;
    }
    const bar = Object.assign(document.createElement("canvas"), { width: 170, height: 1 });
    const ramp = palettes()[state.by === "opinion" ? "opinion" : "activity"];
    const ink = bar.getContext("2d");
    for (let x = 0; x < 170; x += 1) { ink.fillStyle = `rgb(${ramp(x / 169).join(",")})`; ink.fillRect(x, 0, 1, 1); }
    const ends = Object.assign(document.createElement("div"), { className: "net-ends" });
    const words = state.by === "opinion" ? ["−1 against", "0", "in favour 1"] : ["1", `${short(most)} (log)`];
    for (const word of words) ends.append(Object.assign(document.createElement("span"), { textContent: word }));
    box.append(bar, ends);
  }

  // Means of the communities that are listed, as the step that is looked at changes.
  function means() {
    const { drawing, colours } = state;
    const [sums, counts] = [new Float64Array(drawing.communities), new Uint32Array(drawing.communities)];
    for (let i = 0; i < drawing.nodes; i += 1) if (!Number.isNaN(colours.opinions[i])) { sums[drawing.community[i]] += colours.opinions[i]; counts[drawing.community[i]] += 1; }
    for (const row of document.querySelectorAll("[data-community]")) {
      const c = Number(row.dataset.community) - 1;
      row.querySelector("[data-mean]").textContent = counts[c] ? (sums[c] / counts[c]).toFixed(3).replace("-", "−") : "–";
    }
    for (const node of document.querySelectorAll("[data-opinion-step]")) node.textContent = colours.opinionStep < 0 ? "–" : short(colours.opinionStep);
  }

  // --- colours of a step --------------------------------------------------------------------------------------

  function show() {
    const found = paint(state.drawing, state.colours, state.by, graph.sizes);
    graph.setColours(found.colours, found.order);
    legend(found.most);
    sayNow();
  }

  let asking = 0;
  let took = 0; // milliseconds of the last look: a large run is not looked at all the time
  async function look() {
    const mine = ++asking;
    const began = performance.now();
    const query = new URLSearchParams({ layout: given.layout, topic: given.topic });
    if (state.at !== null) query.set("at", state.at);
    if (given.cohort) query.set("cohort", given.cohort);
    try {
      const colours = readColours(await fetchBytes(`${given.paths.colours}?${query}`));
      took = performance.now() - began;
      if (mine !== asking) return; // a newer look is under way
      state.colours = colours;
      graph.setEdges(edgesAt(state.drawing, colours));
      show();
      means();
      run.dataset.drawn = colours.step;
    } catch (problem) {
      if (mine === asking) $("net-now").textContent = `The colours of this step could not be fetched: ${problem.message}`;
    }
  }

  async function fetchBytes(path) {
    const answer = await fetch(path, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(answer.status === 400 ? await answer.text() : `the server answered ${answer.status}.`);
    return answer.arrayBuffer();
  }

  let due = 0;
  function lookSoon(pause) {
    clearTimeout(due);
    due = setTimeout(() => { due = 0; if (!document.hidden && graph) look(); }, pause);
  }

  document.addEventListener("sociarium:at", (event) => {
    state.at = event.detail.at ?? null;
    for (const link of document.querySelectorAll("[data-at-link]")) {
      const url = new URL(link.href);
      if (state.at === null) url.searchParams.delete("at"); else url.searchParams.set("at", state.at);
      link.href = url;
    }
    if (graph) lookSoon(SLIDING);
  });
  document.addEventListener("sociarium:steps", () => { if (state.at === null && graph && !due) lookSoon(Math.max(EVERY, 4 * took)); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden && graph && state.at === null) lookSoon(0); });

  // --- users --------------------------------------------------------------------------------------------------

  const numberOf = (node) => state.drawing.users[node];
  const opinionOf = (node) => { const x = state.colours?.opinions[node]; return x === undefined || Number.isNaN(x) ? "unknown" : short(Math.round(x * 100) / 100); };

  function mark() {
    const circle = stage.querySelector("circle");
    if (state.chosen < 0) { circle.removeAttribute("cx"); return; }
    const [x, y] = graph.toScreen(state.drawing.places[2 * state.chosen], state.drawing.places[2 * state.chosen + 1]);
    circle.setAttribute("cx", x);
    circle.setAttribute("cy", y);
    circle.setAttribute("r", graph.sizes[state.chosen] * graph.growth() / 2 + 4);
  }

  function point(node, x, y) {
    const tip = $("net-tip");
    stage.classList.toggle("net-over-user", node >= 0);
    tip.hidden = node < 0;
    if (node < 0) return;
    tip.textContent = `user ${numberOf(node)} · ${short(state.drawing.followers[node])} followers · opinion ${opinionOf(node)}`;
    tip.style.transform = `translate(${Math.min(x + 12, stage.clientWidth - tip.offsetWidth - 4)}px, ${Math.max(4, y - 30)}px)`;
  }

  async function choose(node) {
    state.chosen = node;
    mark();
    const box = $("net-who");
    const title = Object.assign(document.createElement("h2"), { textContent: node < 0 ? "User" : `User ${numberOf(node)}` });
    if (node < 0) { box.replaceChildren(title, Object.assign(document.createElement("p"), { className: "hint", textContent: "Choose one in the drawing." })); return; }
    const { drawing } = state;
    const who = Object.assign(document.createElement("p"), { dir: "auto", textContent: "…" });
    const facts = Object.assign(document.createElement("dl"), { className: "facts" });
    for (const [word, value] of [["Followers", short(drawing.followers[node])], ["Opinion", opinionOf(node)], ["Community", short(drawing.community[node] + 1)], ["Recent posts", short(state.colours?.activity[node] ?? 0)]]) {
      facts.append(Object.assign(document.createElement("dt"), { textContent: word }), Object.assign(document.createElement("dd"), { textContent: value }));
    }
    const link = Object.assign(document.createElement("a"), { textContent: "Open this user", href: inspector(node) });
    box.replaceChildren(title, who, facts, link);
    try {
      const answer = await fetch(given.paths.user + numberOf(node));
      const told = answer.ok ? await answer.json() : { handle: "", name: "" };
      if (state.chosen === node) who.textContent = told.name ? `@${told.handle} · ${told.name}` : `@${told.handle}`;
    } catch { who.textContent = "The name could not be fetched."; }
  }

  const inspector = (node) => `${given.paths.inspector}${numberOf(node)}/${state.at === null ? "" : `?at=${state.at}`}`;

  // The most followed, one after the other.
  let ranked = null;
  function walk(step) {
    ranked ??= Uint32Array.from({ length: state.drawing.nodes }, (_, i) => i).sort((a, b) => state.drawing.followers[b] - state.drawing.followers[a] || a - b);
    const at = state.chosen < 0 ? (step > 0 ? 0 : ranked.length - 1) : (ranked.indexOf(state.chosen) + step + ranked.length) % ranked.length;
    const node = ranked[at];
    const [x, y] = [state.drawing.places[2 * node], state.drawing.places[2 * node + 1]];
    const [sx, sy] = graph.toScreen(x, y);
    if (sx < 20 || sy < 20 || sx > stage.clientWidth - 20 || sy > stage.clientHeight - 20) Object.assign(graph.camera, { x, y });
    graph.drawSoon();
    choose(node);
  }

  // --- cohorts ------------------------------------------------------------------------------------------------

  const form = $("net-form");
  function pick(text, { polygon = "", community = "" } = {}) {
    form.elements.polygon.value = polygon;
    form.elements.community.value = community;
    form.elements.users.disabled = Boolean(text);
    const line = $("net-picked");
    line.hidden = !text;
    line.querySelector("span").textContent = text;
    if (text) { form.elements.name.focus(); form.scrollIntoView({ block: "nearest" }); }
  }
  $("net-picked").querySelector("button").addEventListener("click", () => { pick(""); hand?.showCorners([]); });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-choose]");
    if (button) { hand?.showCorners([]); pick(`community ${button.dataset.choose}: ${button.dataset.size} users`, { community: button.dataset.choose }); }
  });

  function lasso(corners) {
    let count = 0;
    for (let i = 0; i < state.drawing.nodes; i += 1) if (inside(corners, state.drawing.places[2 * i], state.drawing.places[2 * i + 1])) count += 1;
    if (!count) { hand.showCorners([]); pick(""); return; }
    pick(`lasso: ${short(count)} users`, { polygon: corners.map(([x, y]) => `${x.toFixed(5)},${y.toFixed(5)}`).join(" ") });
  }

  // --- controls -----------------------------------------------------------------------------------------------

  root.addEventListener("click", (event) => {
    const by = event.target.closest("[data-colour]")?.dataset.colour;
    if (by) {
      state.by = by;
      for (const button of root.querySelectorAll("[data-colour]")) button.setAttribute("aria-pressed", String(button.dataset.colour === by));
      if (state.colours) show();
    }
    const zoom = event.target.closest("[data-zoom]")?.dataset.zoom;
    if (zoom && hand) { if (zoom === "fit") graph.fit(); else hand.zoom(zoom === "in" ? 1.5 : 1 / 1.5); }
  });
  $("net-lasso").addEventListener("click", () => hand?.setLasso(!hand.drawing));
  $("net-edges").addEventListener("change", (event) => { if (graph) { graph.lines = event.target.checked; graph.drawSoon(); } });
  $("net-topic")?.addEventListener("change", (event) => event.target.form.submit());
  $("net-png")?.addEventListener("click", () => {
    if (!graph) return;
    graph.draw(); // the picture is only there right after it was drawn
    graph.canvas.toBlob((blob) => {
      const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: `run-${run.dataset.run}-network-step-${state.colours?.step ?? ""}.png` });
      link.click();
      URL.revokeObjectURL(link.href);
    });
  });
  const repaint = () => { if (state.colours && graph) show(); };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
  new MutationObserver(repaint).observe(document.documentElement, { attributeFilter: ["data-theme"] });

  // --- beginning ----------------------------------------------------------------------------------------------

  async function begin() {
    try {
      graph = new GraphPicture($("net-canvas"));
    } catch {
      say("This browser cannot draw the network", "It has no WebGL 2. The table below lists the communities, and the drawn graph can be taken out as CSV, GraphML or GEXF.");
      return;
    }
    try {
      state.drawing = readDrawing(await fetchBytes(given.paths.drawing));
    } catch (problem) {
      say("The drawing could not be fetched", problem.message);
      return;
    }
    const finder = new Finder(state.drawing.places);
    // Nearly all stand within 1 of the middle; the last few may be looked for.
    graph.bounds = finder.bounds.map((edge) => Math.max(-1.3, Math.min(1.3, edge)));
    graph.setNodes(state.drawing.places, sizesOf(state.drawing));
    graph.onDrawn = () => { mark(); if (hand.world?.length) hand.showCorners(hand.world); };
    hand = new GraphHand(graph, finder, stage, {
      point, choose, lasso, walk,
      open: () => { if (state.chosen >= 0) location.href = inspector(state.chosen); },
      lassoing: (on) => $("net-lasso").setAttribute("aria-pressed", String(on)),
    });
    graph.resize();
    graph.fit();
    const before = JSON.parse(sessionStorage.getItem(camera) || "null");
    if (before) Object.assign(graph.camera, before);
    addEventListener("pagehide", () => sessionStorage.setItem(camera, JSON.stringify(graph.camera)));
    await look();
    stage.dataset.state = "drawn";
    window.sociarium.network = { graph, hand, state };
  }

  // A layout is being made, or there is nobody to lay out yet: look again until there is.
  async function wait() {
    try {
      const told = await (await fetch(given.paths.status)).json();
      if (told.status === "done" || told.status === "failed" || (told.status === "none" && told.step > given.step)) { location.reload(); return; }
      if ($("net-progress")) {
        $("net-progress").value = told.progress;
        $("net-doing").textContent = told.doing || "waiting for a worker";
      }
    } catch { /* the server is away; the next look may find it */ }
    setTimeout(wait, EVERY);
  }

  if (given.layout) begin();
  if ("again" in root.dataset) wait();
  else if (["queued", "running", "none"].includes(stage.dataset.state)) wait();
})();
