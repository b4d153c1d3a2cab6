// An experiment's page: its grid refreshes by itself; when a cell ends, results and charts follow.
"use strict";

(() => {
  const { OverlayChart } = window.sociarium;
  const root = document.getElementById("experiment");
  if (!root) return;
  const CHARTS_EVERY = 5_000; // between two drawings while runs go on
  let charts = [];
  let busy = false;
  let drawn = 0;

  function build() {
    charts = [...root.querySelectorAll("[data-chart]")].map((panel) => new OverlayChart(panel, JSON.parse(panel.querySelector("script").textContent)));
  }

  async function drawCharts() {
    if (!charts.length || busy) return;
    busy = true;
    try {
      const answer = await fetch(root.dataset.points, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const found = await answer.json();
      for (const chart of charts) {
        const rows = found.metrics[chart.spec.key] || [];
        chart.nulls = found.nulls[chart.spec.key] || null;
        chart.draw(found.steps, rows.map((row) => ({ values: row.mean, low: row.low, high: row.high })));
      }
      drawn = performance.now();
      for (const note of root.querySelectorAll(".chart-failed")) note.remove();
    } catch {
      for (const chart of charts) {
        if (chart.plot || chart.holder.querySelector(".chart-failed")) continue;
        chart.holder.querySelector(".chart-empty")?.remove();
        chart.holder.append(Object.assign(document.createElement("p"), { className: "chart-empty chart-failed", textContent: "The values could not be read. They are asked for again when a run ends." }));
      }
    } finally {
      busy = false;
    }
  }

  async function refreshResults() {
    const answer = await fetch(root.dataset.results);
    if (!answer.ok) return;
    const held = new DOMParser().parseFromString(await answer.text(), "text/html");
    // The tables change; the charts stay where they are and get new values.
    for (const part of held.querySelectorAll("[data-part]")) {
      const here = root.querySelector(`[data-part="${CSS.escape(part.dataset.part)}"]`);
      if (here) here.replaceWith(document.adoptNode(part));
    }
  }

  new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.target.id !== "experiment-grid") continue;
      if (change.attributeName === "data-finished") refreshResults();
      const ended = change.attributeName === "data-finished" || change.target.dataset.over === "yes";
      if (ended || performance.now() - drawn > CHARTS_EVERY) drawCharts();
      return;
    }
  }).observe(root, { attributes: true, subtree: true, attributeFilter: ["data-finished", "data-done"] });

  build();
  drawCharts();
})();
