// What lies over a chart: interventions with their letters, and the line at the past step that is shown. It moves
// without the chart being drawn anew. And the ticks of the simulated clock.
"use strict";

window.sociarium = window.sociarium || {};

(() => {
  const { time, nearMarks, nameMark } = window.sociarium;
  // Minutes between two ticks: what people read a clock and a calendar by.
  const EVERY = [1, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7 * 1440, 14 * 1440, 28 * 1440, 91 * 1440, 182 * 1440, 364 * 1440];
  const DAY = 1440;
  const FIRST = 10; // px from the axis, where a letter would cover its highest value: it stands beside its line there
  const written = (options) => new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...options });
  const hour = written({ hour: "2-digit", minute: "2-digit" });
  const day = written({ day: "numeric", month: "short" });
  const year = written({ month: "short", year: "numeric" });

  class ChartMarks {
    constructor(stage) {
      this.layer = Object.assign(document.createElement("div"), { className: "chart-marks" });
      this.line = Object.assign(document.createElement("div"), { className: "at-line", hidden: true });
      this.letters = document.createElement("div");
      this.layer.append(this.letters, this.line);
      stage.append(this.layer);
      this.step = null;
      this.drawn = "";
      this.letters.addEventListener("click", (event) => {
        const mark = event.target.closest("[data-step]");
        if (mark) time.goTo(Number(mark.dataset.step));
      });
    }

    at(step, plot) {
      this.step = step;
      if (plot) this.moveLine(plot);
    }

    moveLine(plot) {
      const { min, max } = plot.scales.x;
      const shown = this.step !== null && this.step >= min && this.step <= max;
      this.line.hidden = !shown;
      if (shown) this.line.style.transform = `translateX(${plot.valToPos(this.step, "x")}px)`;
    }

    // After the chart was drawn: where its steps are now.
    place(plot) {
      const { offsetLeft: left, offsetTop: top, offsetWidth: width, offsetHeight: height } = plot.over;
      Object.assign(this.layer.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
      this.moveLine(plot);
      const { min, max } = plot.scales.x;
      const shown = time.marks.filter((mark) => mark.step >= min && mark.step <= max);
      const at = (mark) => Math.round(plot.valToPos(mark.step, "x"));
      const groups = nearMarks(shown, (mark) => Math.max(FIRST, at(mark)));
      const drawn = JSON.stringify(groups.map(({ x, marks }) => [x, marks.length, marks[0].step, marks[0].letter]));
      if (drawn === this.drawn) return;
      this.drawn = drawn;
      this.letters.replaceChildren(...groups.map(({ x, marks }) => {
        const letter = Object.assign(document.createElement("button"), { type: "button", className: "mark", tabIndex: -1 });
        letter.dataset.step = marks[0].step;
        letter.style.left = `${x}px`;
        nameMark(letter, marks, x > width / 2);
        letter.style.setProperty("--off", `${Math.min(0, at(marks[0]) - x)}px`);
        return letter;
      }));
    }
  }

  // Steps at whole times of the clock, about as many as `most`; a step may be a fraction where a step is long.
  function clockTicks(low, high, most) {
    const { start, minutes } = time;
    const [from, to] = [start / 60000 + low * minutes, start / 60000 + high * minutes];
    const every = EVERY.find((one) => (to - from) / one <= Math.max(2, most)) ?? EVERY[EVERY.length - 1];
    const found = [];
    for (let tick = Math.ceil(from / every) * every; tick <= to; tick += every) found.push((tick - start / 60000) / minutes);
    return found;
  }

  // Hours within a day, and the day where one begins; days; months where they are many.
  function clockNames(ticks) {
    const { start, minutes } = time;
    const at = ticks.map((tick) => new Date(start + Math.round(tick * minutes) * 60000));
    const every = ticks.length > 1 ? Math.round((ticks[1] - ticks[0]) * minutes) : 1;
    return at.map((date, i) => {
      if (every >= 60 * DAY) return year.format(date);
      if (every >= DAY) return day.format(date);
      const begins = date.getUTCHours() === 0 && date.getUTCMinutes() === 0;
      return begins || i === 0 ? (begins ? day.format(date) : hour.format(date)) : hour.format(date);
    });
  }

  Object.assign(window.sociarium, { ChartMarks, clockTicks, clockNames });
})();
