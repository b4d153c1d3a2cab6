// What a cohort thought over time beside everybody: two charts, filled piece by piece as the server reads the logs.
"use strict";

(() => {
  const box = document.getElementById("cohort-charts");
  if (!box) return;
  const { LineChart, picture } = window.sociarium;
  const name = box.querySelector(".legend bdi").textContent;
  const topic = box.dataset.topic;
  const specs = {
    mean: { title: "Mean opinion", about: "−1 … 1", low: -1, high: 1, one: "cohort_mean", other: "all_mean" },
    variance: { title: "Opinion variance", about: "0 all alike … 1 half at each end", low: 0, high: null, one: "cohort_variance", other: "all_variance" },
  };
  const AGAIN = 5000; // milliseconds until a running run is asked for new steps

  // The interface of sociarium.Series that charts read.
  const series = {
    steps: [],
    values: {},
    column(key) { return { values: this.values[key] ||= [], nulls: [] }; },
  };
  const charts = Object.entries(specs).map(([key, spec]) => {
    const lines = [{ name: spec.one, label: name, colour: 1 }, { name: spec.other, label: "all users", colour: 2 }];
    return new LineChart(box.querySelector(`[data-cohort-chart="${key}"]`), { ...spec, key: `cohort-${key}`, lines, null: null });
  });

  box.addEventListener("click", (event) => {
    const button = event.target.closest("[data-cohort-picture]");
    if (!button) return;
    const chart = charts.find((one) => one.panel.contains(button));
    picture(chart, button.dataset.cohortPicture);
    button.closest("details").open = false;
  });

  async function read() {
    for (;;) {
      const after = series.steps.length ? series.steps[series.steps.length - 1] : -1;
      const answer = await fetch(`${box.dataset.path}?topic=${topic}&after=${after}`);
      if (!answer.ok) throw new Error(`the server answered ${answer.status}.`);
      const told = await answer.json();
      for (const row of told.rows) told.columns.forEach((key, i) => (i ? series.column(key).values.push(row[i]) : series.steps.push(row[0])));
      for (const chart of charts) chart.draw(series);
      if (told.next === null) break;
    }
    if (!series.steps.length) for (const line of box.querySelectorAll(".chart-empty")) line.textContent = "No opinions are kept for the steps of this run.";
  }

  let due = 0;
  let reading = false;
  async function readAll() {
    if (reading) return;
    reading = true;
    try {
      await read();
    } catch (problem) {
      for (const line of box.querySelectorAll(".chart-empty")) line.textContent = `The opinions could not be fetched: ${problem.message}`;
    }
    reading = false;
  }
  document.addEventListener("sociarium:steps", () => {
    if (!due) due = setTimeout(() => { due = 0; if (!document.hidden) readAll(); }, AGAIN);
  });
  readAll();
})();
