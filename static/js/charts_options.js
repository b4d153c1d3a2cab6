// What all charts share, chosen by a person and kept in the address: x, smoothing, which charts, which one is large.
"use strict";

window.sociarium = window.sociarium || {};

(() => {
  const { setQuery, share, unzoom, fit, short } = window.sociarium;
  // Half-lives in steps; their places are those of the slider.
  const HALVES = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];

  class ChartOptions {
    // changed(): other charts are shown than before.
    constructor(root, changed) {
      this.root = root;
      this.changed = changed;
      const asked = new URL(location.href).searchParams;
      this.x = root.querySelectorAll("[data-x]");
      this.slider = root.querySelector("#smooth");
      this.boxes = [...root.querySelectorAll('.chart-picker input[name="chart"]')];
      for (const button of this.x) button.addEventListener("click", () => this.setX(button.dataset.x));
      this.slider.addEventListener("input", () => this.setHalf(HALVES[Number(this.slider.value)]));
      root.querySelector("#unzoom").addEventListener("click", () => unzoom());
      document.addEventListener("sociarium:zoom", (event) => { root.querySelector("#unzoom").hidden = !event.detail; });
      for (const box of this.boxes) box.addEventListener("change", () => this.pick());
      root.querySelector("#charts-usual").addEventListener("click", () => {
        for (const box of this.boxes) box.checked = box.dataset.usual === "1";
        this.pick();
      });
      root.addEventListener("click", (event) => {
        const button = event.target.closest("[data-grow]");
        if (button) this.grow(button.closest("[data-chart]").dataset.chart);
      });
      if (asked.get("x") === "time") this.setX("time");
      const half = HALVES.indexOf(Number(asked.get("smooth")));
      if (half > 0) { this.slider.value = half; this.setHalf(HALVES[half]); }
      if (asked.get("large")) this.grow(asked.get("large"));
    }

    setX(x) {
      for (const button of this.x) button.setAttribute("aria-pressed", String(button.dataset.x === x));
      share({ x });
      setQuery({ x: x === "time" ? x : null });
    }

    setHalf(half) {
      this.root.querySelector("#smooth-word").textContent = half ? `half-life ${short(half)}` : "off";
      this.slider.setAttribute("aria-valuetext", half ? `half-life ${half} steps` : "off");
      share({ half });
      clearTimeout(this.settling);
      this.settling = setTimeout(() => setQuery({ smooth: half || null }), 200);
    }

    // Show the charts that are ticked.
    pick() {
      const chosen = this.boxes.filter((box) => box.checked).map((box) => box.value);
      for (const panel of this.root.querySelectorAll("[data-chart]")) panel.hidden = !chosen.includes(panel.dataset.chart);
      this.root.querySelector("#charts-shown").textContent = chosen.length;
      const usual = this.boxes.every((box) => box.checked === (box.dataset.usual === "1"));
      setQuery({ charts: usual ? null : chosen.join(",") });
      this.changed();
    }

    // One chart over the full width, or none.
    grow(key) {
      for (const panel of this.root.querySelectorAll("[data-chart]")) {
        const large = panel.dataset.chart === key && !panel.classList.contains("chart-large");
        panel.classList.toggle("chart-large", large);
        const button = panel.querySelector("[data-grow]");
        button.setAttribute("aria-pressed", String(large));
        if (panel.dataset.chart === key) {
          setQuery({ large: large ? key : null });
          if (large) panel.scrollIntoView({ block: "nearest" });
        }
      }
      fit();
    }
  }

  window.sociarium.ChartOptions = ChartOptions;
})();
