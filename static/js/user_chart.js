// The opinion of one user over the steps, read by the server out of the logs: a line chart like every other.
"use strict";

(() => {
  const { LineChart, picture } = window.sociarium;
  const NEUTRAL = "neutral";

  // What the server told, by the interface of sociarium.Series that charts read: a column for each topic.
  class Course {
    constructor(told) {
      this.steps = told.steps;
      this.opinions = told.opinions;
      this.neutral = told.steps.map(() => 0);
    }

    column(topic) { return { values: this.opinions[topic], nulls: this.neutral }; }

    placeOf(step) { return this.steps.findLastIndex((one) => one <= step); }
  }

  class Opinions {
    constructor(panel) {
      this.panel = panel;
      this.empty = panel.querySelector(".chart-empty");
      this.figure = panel.querySelector(".chart-value");
      this.choice = panel.querySelector("#user-topic");
      this.topics = JSON.parse(panel.querySelector("script").textContent);
      const about = panel.querySelector(".chart-about").textContent;
      this.chart = new LineChart(panel, { key: panel.dataset.name, about, low: -1, high: 1, null: NEUTRAL, lines: [{ colour: 1 }] });
      this.turnTo(Number(panel.dataset.topic));
      this.choice?.addEventListener("change", () => { this.turnTo(Number(this.choice.value)); this.draw(); });
      for (const button of panel.querySelectorAll("[data-picture]")) button.addEventListener("click", () => picture(this.chart, button.dataset.picture));
      this.load();
    }

    turnTo(topic) {
      const { spec } = this.chart;
      Object.assign(spec.lines[0], { name: topic, label: this.topics[topic] });
      spec.title = `Opinion of @${this.panel.dataset.handle} on ${this.topics[topic]}`;
      this.figure.dataset.figure = topic;
    }

    async load() {
      const response = await fetch(this.panel.dataset.opinions, { redirect: "manual" }).catch(() => null);
      const told = response && (await response.json().catch(() => null));
      if (shown !== this) return; // another step or user is looked at by now
      if (!response?.ok || !told) { this.empty.textContent = told?.fault || "The opinions could not be read."; return; }
      if (!told.steps.length) { this.empty.textContent = "No opinions are kept of these steps."; return; }
      this.course = new Course(told);
      const thinned = this.panel.querySelector(".chart-thinned");
      thinned.hidden = told.every === 1;
      thinned.textContent = `Drawn from one kept step in ${told.every}; the table and CSV hold every one.`;
      this.draw();
    }

    draw() {
      if (this.course) this.chart.draw(this.course);
    }
  }

  let shown = null;
  function begin() {
    const panel = document.getElementById("user-opinions");
    if (!panel || panel === shown?.panel) return;
    shown?.chart.drop();
    shown = new Opinions(panel);
  }
  document.addEventListener("sociarium:user", begin);
  document.addEventListener("sociarium:marked", () => { if (shown?.chart.plot) shown.chart.marks.place(shown.chart.plot); });
  begin();
})();
