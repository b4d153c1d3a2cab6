// The numbers of a chart that only this page holds, as a table below it and as CSV; pictures as for every chart.
"use strict";

window.sociarium = window.sociarium || {};

(() => {
  const { short, picture, savePicture } = window.sociarium;

  // panel: of a LineChart, with the menu of take-outs and an empty table; chart: that LineChart; name(): of a file.
  class ChartTable {
    constructor(panel, chart, name) {
      this.chart = chart;
      this.name = name;
      this.box = panel.querySelector(".chart-table");
      panel.querySelector("[data-chart-table]").addEventListener("click", (event) => {
        this.box.hidden = !this.box.hidden;
        event.currentTarget.setAttribute("aria-expanded", String(!this.box.hidden));
        this.fill();
        this.close(event.currentTarget);
        if (!this.box.hidden) this.box.focus();
      });
      panel.querySelector("[data-chart-csv]").addEventListener("click", (event) => {
        const lines = [this.head(), ...this.rows()].map((row) => row.join(","));
        savePicture(`${this.name()}.csv`, new Blob([`${lines.join("\n")}\n`], { type: "text/csv" }));
        this.close(event.currentTarget);
      });
      for (const button of panel.querySelectorAll("[data-chart-picture]")) {
        button.addEventListener("click", () => { picture(chart, button.dataset.chartPicture); this.close(button); });
      }
    }

    close(node) {
      node.closest("details").open = false;
    }

    head() {
      return ["step", ...this.chart.spec.lines.map((line) => line.label)];
    }

    rows() {
      const { series, spec } = this.chart;
      if (!series) return [];
      const columns = spec.lines.map((line) => series.column(line.name).values);
      return series.steps.map((step, i) => [step, ...columns.map((values) => values[i])]);
    }

    // Written when it is looked at: a table that nobody opened costs nothing.
    fill() {
      if (this.box.hidden) return;
      const cell = (tag, text) => Object.assign(document.createElement(tag), { className: "num", textContent: text });
      const line = (cells) => { const row = document.createElement("tr"); row.append(...cells); return row; };
      const heads = this.head().map((word) => { const node = cell("th", word); node.scope = "col"; return node; });
      this.box.querySelector("thead").replaceChildren(line(heads));
      this.box.querySelector("tbody").replaceChildren(...this.rows().map((row) => line(row.map((value) => cell("td", short(value))))));
    }
  }

  window.sociarium.ChartTable = ChartTable;
})();
