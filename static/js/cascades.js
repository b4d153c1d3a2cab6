// The cascades page: the list follows the run and the time that is looked at, one cascade is drawn and grows.
"use strict";

(() => {
  const root = document.getElementById("cascades");
  if (!root) return;
  const { CascadeTree, LineChart, ChartTable, wordsOfNode, short } = window.sociarium;
  const given = JSON.parse(document.getElementById("cascades-data").textContent);
  const run = document.getElementById("run");
  const $ = (id) => document.getElementById(id);
  const panel = $("casc-one");
  const EVERY = 1200; // milliseconds between two looks at a run that is moving
  const SLIDING = 120;

  const state = { at: run.dataset.at === "" ? null : Number(run.dataset.at), picked: given.picked, tree: null };
  const inspector = (user) => `${given.paths.inspector}${user}/${state.at === null ? "" : `?at=${state.at}`}`;
  const tree = new CascadeTree($("casc-tree"), {
    point(node, x, y) {
      const tip = $("casc-tip");
      tip.hidden = node < 0;
      if (node < 0) return;
      tip.textContent = wordsOfNode(state.tree.nodes, node);
      tip.style.transform = `translate(${Math.max(2, Math.min(x + 12, $("casc-stage").clientWidth - tip.offsetWidth - 4))}px, ${Math.max(4, y - 34)}px)`;
    },
    open(node) { if (state.tree.nodes.user[node] >= 0) location.href = inspector(state.tree.nodes.user[node]); },
  });
  const series = { steps: [], values: {}, column(key) { return { values: this.values[key] || [], nulls: [] }; } };
  const growth = new LineChart($("casc-growth"), {
    key: "cascade-growth", title: "Growth", about: "nodes, deepest and largest level so far", low: 0, high: null, null: null,
    lines: [{ name: "size", label: "size", colour: 1 }, { name: "depth", label: "depth", colour: 2 }, { name: "breadth", label: "breadth", colour: 3 }],
  });
  const numbers = new ChartTable($("casc-growth"), growth, () => `run-${run.dataset.run}-cascade-${state.tree?.key ?? ""}-growth`);

  function show(told) {
    state.tree = told;
    const { post, shape } = told;
    const by = $("casc-by");
    by.replaceChildren();
    if (post.user === null) by.textContent = "the scenario";
    else by.append(Object.assign(document.createElement("a"), { href: inspector(post.user), textContent: `@${post.handle}` }));
    const meta = $("casc-meta");
    meta.replaceChildren(`${post.topic ? `${post.topic} · ` : ""}step ${short(post.step)} · `, Object.assign(document.createElement("a"), { href: `${given.paths.feed}?at=${post.step}`, textContent: "in the feed" }));
    $("casc-said").textContent = post.text;
    const more = shape.whole ? "" : "≥ ";
    for (const key of ["size", "depth", "breadth", "virality"]) panel.querySelector(`[data-tile="${key}"]`).textContent = more + short(shape[key]);
    const hidden = told.nodes.hidden.reduce((sum, count) => sum + count, 0);
    const drawn = told.nodes.parent.length;
    const notes = [];
    if (drawn < shape.size) notes.push(`${short(drawn)} of ${short(shape.size)} nodes are drawn: those with the most below them, then the earliest. Dashed: ${short(hidden)} shares hang there undrawn.`);
    if (!shape.whole) notes.push("Only the earliest 50 000 shares were read.");
    if (told.opinion_step < 0) notes.push("No opinions are kept for this step: nodes are grey.");
    else if (told.opinion_step !== told.step) notes.push(`Opinions are those after step ${short(told.opinion_step)}, the newest that are kept.`);
    $("casc-note").textContent = notes.join(" ");
    $("casc-csv").href = `${given.paths.tree}${told.key}/tree.csv${state.at === null ? "" : `?at=${state.at}`}`;
    panel.hidden = false;
    panel.dataset.state = "drawn";
    panel.dataset.step = told.step;
    tree.show(told);
    series.steps = told.growth.step;
    series.values = told.growth;
    growth.draw(series);
    numbers.fill();
  }

  let asking = 0;
  let took = 0; // milliseconds of the last look: a large cascade is not looked at all the time
  async function look() {
    if (state.picked === null) return;
    const mine = ++asking;
    const began = performance.now();
    try {
      const answer = await fetch(`${given.paths.tree}${state.picked}/tree${state.at === null ? "" : `?at=${state.at}`}`);
      took = performance.now() - began;
      if (mine !== asking) return;
      if (answer.status === 404) { panel.dataset.state = "none"; $("casc-say").textContent = "The post of this cascade was not written yet at this step."; return; }
      if (!answer.ok) throw new Error(`the server answered ${answer.status}.`);
      const told = await answer.json();
      if (mine === asking) show(told);
    } catch (problem) {
      if (mine === asking) { panel.dataset.state = "none"; $("casc-say").textContent = `The tree could not be fetched: ${problem.message}`; }
    }
  }

  // The list comes from the server as it is, for one place knows what its words are.
  let listing = 0;
  async function list() {
    const mine = ++listing;
    const url = new URL(location.href);
    if (state.at === null) url.searchParams.delete("at"); else url.searchParams.set("at", state.at);
    if (state.picked !== null) url.searchParams.set("cascade", state.picked);
    try {
      const answer = await fetch(url, { headers: { "HX-Request": "true" } });
      if (!answer.ok || mine !== listing) return;
      const made = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("casc-list");
      const before = $("casc-list");
      // Somebody is in it with the keyboard, or has scrolled it: what they hold stays.
      const focused = document.activeElement?.closest?.("[data-pick]")?.dataset.pick;
      const left = before.querySelector(".table-box")?.scrollLeft ?? 0;
      before.replaceWith(made);
      if (focused) made.querySelector(`[data-pick="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
      if (left) made.querySelector(".table-box").scrollLeft = left;
      if (state.picked === null) {
        const first = made.querySelector("[data-pick]");
        if (first) pick(first.dataset.pick, false);
      }
    } catch { /* the line says that the server is away; the next step brings the list */ }
  }

  function pick(key, remember = true) {
    state.picked = key;
    for (const row of root.querySelectorAll("[data-cascade]")) {
      row.classList.toggle("casc-picked", row.dataset.cascade === key);
      const link = row.querySelector("a");
      if (row.dataset.cascade === key) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
    }
    if (remember) {
      const url = new URL(location.href);
      url.searchParams.set("cascade", key);
      history.replaceState(history.state, "", url);
    }
    look();
  }

  root.addEventListener("click", (event) => {
    const link = event.target.closest("[data-pick]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) { event.preventDefault(); pick(link.dataset.pick); }
    const shape = event.target.closest("[data-shape]")?.dataset.shape;
    if (shape) {
      tree.shape = shape;
      for (const button of root.querySelectorAll("[data-shape]")) button.setAttribute("aria-pressed", String(button.dataset.shape === shape));
      if (state.tree) tree.draw();
    }
    const kind = event.target.closest("[data-tree-picture]")?.dataset.treePicture;
    if (kind && state.tree) { tree.save(kind, `run-${run.dataset.run}-cascade-${state.tree.key}-step-${state.tree.step}`); event.target.closest("details").open = false; }
  });
  const recolour = () => { if (state.tree) tree.draw(); };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour);
  new MutationObserver(recolour).observe(document.documentElement, { attributeFilter: ["data-theme"] });

  let due = 0;
  function lookSoon(pause) {
    clearTimeout(due);
    due = setTimeout(() => { due = 0; if (!document.hidden) { look(); list(); } }, pause);
  }
  document.addEventListener("sociarium:at", (event) => { state.at = event.detail.at ?? null; lookSoon(SLIDING); });
  document.addEventListener("sociarium:steps", () => { if (state.at === null && !due) lookSoon(Math.max(EVERY, 4 * took)); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden && state.at === null) lookSoon(0); });
  look();
})();
