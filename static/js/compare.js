// Compare: charts of several runs, which follow those that go on; settings are searched as one types.
"use strict";

(() => {
  const { OverlayChart } = window.sociarium;
  const root = document.getElementById("compare");
  if (!root) return;
  const EVERY = 2_000; // between two looks at runs that go on
  const charts = [...root.querySelectorAll("[data-chart]")].map((panel) => new OverlayChart(panel, JSON.parse(panel.querySelector("script").textContent)));
  let standing = "";
  let timer = 0;

  // Lines have steps of their own. What a run was not read at is undefined and joined over; null stays a gap.
  function align(lines) {
    const steps = [...new Set(lines.flatMap((line) => line.steps))].sort((a, b) => a - b);
    const place = new Map(steps.map((step, i) => [step, i]));
    return [steps, lines.map((line) => {
      const values = new Array(steps.length).fill(undefined);
      line.steps.forEach((step, i) => { values[place.get(step)] = line.values[i]; });
      return { values };
    })];
  }

  function draw(found) {
    for (const chart of charts) {
      chart.nulls = found.nulls[chart.spec.key] || null;
      if (found.groups) chart.draw(found.steps, found.groups[chart.spec.key] || []);
      else chart.draw(...align(found.lines[chart.spec.key] || []));
    }
  }

  function stand(found) {
    for (const [run, [status]] of Object.entries(found.standing)) {
      for (const node of root.querySelectorAll(`[data-standing="${CSS.escape(run)}"]`)) {
        node.textContent = status;
        node.className = `state state-${status}`;
      }
    }
    const live = document.getElementById("compare-live");
    if (live && found.over) live.hidden = true;
  }

  async function refreshValues() {
    const here = document.getElementById("compare-values");
    if (here.contains(document.activeElement)) return; // not under somebody's fingers
    const answer = await fetch(root.dataset.values);
    if (answer.ok) here.replaceWith(document.adoptNode(new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("compare-values")));
  }

  async function look() {
    clearTimeout(timer);
    let again = true;
    try {
      const answer = await fetch(root.dataset.points, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const found = await answer.json();
      const now = JSON.stringify(found.standing);
      if (now !== standing) {
        draw(found);
        stand(found);
        if (standing) await refreshValues();
        standing = now;
      }
      again = !found.over;
    } catch {
      for (const chart of charts) {
        const empty = chart.holder.querySelector(".chart-empty");
        if (empty) empty.textContent = "The values could not be read; the page asks again.";
      }
    }
    if (again) timer = setTimeout(() => { if (!document.hidden) look(); }, EVERY);
  }

  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });

  // The address keeps the search; without scripts the form sends it.
  const filter = document.getElementById("settings-filter");
  const search = filter?.elements.q;
  search?.addEventListener("input", () => {
    const needle = search.value.trim().toLowerCase();
    for (const row of root.querySelectorAll("[data-setting]")) row.hidden = !row.textContent.toLowerCase().includes(needle);
    const address = new URL(location.href);
    if (needle) address.searchParams.set("q", search.value.trim());
    else address.searchParams.delete("q");
    history.replaceState(null, "", address);
  });
  filter?.addEventListener("change", (event) => { if (event.target.name === "all") filter.requestSubmit(); });
  look();
})();
