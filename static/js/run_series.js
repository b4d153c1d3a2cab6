// What the page knows of a run's steps: columns over the steps, filled in order and without a hole. No DOM here.
"use strict";

window.sociarium = window.sociarium || {};

(() => {
  const MOST_COLUMNS = 6000; // more than a screen has pixels; older steps are thinned beyond it
  const MOST_WAITING = 2000;

  class Series {
    constructor() {
      this.steps = [];
      this.metrics = new Map(); // name -> {values, nulls}, one entry per step
      this.known = -1; // every step up to this one is here (or was thinned out on purpose)
      this.last = null; // the newest complete step message
      this.every = 1; // how far apart the oldest steps are
      this.waiting = new Map(); // steps that came before one that is missing
      this.version = 0; // grows with whatever is added
      this.names = null; // the metrics whose history is here; null: of all
    }

    // Begin anew, for a history of other metrics.
    clear() {
      Object.assign(this, { steps: [], metrics: new Map(), known: -1, every: 1, names: null });
      this.version += 1;
    }

    holds(names) {
      return this.names === null || names.every((name) => this.names.has(name));
    }

    // The place of the newest step that is here and not after `step`; -1 when there is none.
    placeOf(step) {
      let [low, high] = [0, this.steps.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (this.steps[middle] <= step) low = middle + 1;
        else high = middle;
      }
      return low - 1;
    }

    // Take a step message or a row of the catch-up answer. True when it, or something that waited for it, was added.
    add(message) {
      if (message.step <= this.known) return false;
      if (message.step > this.known + 1) {
        if (this.waiting.size < MOST_WAITING) this.waiting.set(message.step, message);
        return false;
      }
      this.append(message);
      while (this.waiting.size) {
        const next = this.waiting.get(this.known + 1);
        if (!next) break;
        this.append(next);
      }
      return true;
    }

    // Take a whole history, of which only every k-th step may be there.
    load(rows, every) {
      for (const row of rows) if (row.step > this.known) this.append(row);
      this.every = Math.max(this.every, every);
      for (const step of [...this.waiting.keys()].sort((a, b) => a - b)) this.add(this.waiting.get(step));
      for (const step of this.waiting.keys()) if (step <= this.known) this.waiting.delete(step);
    }

    append(message) {
      this.waiting.delete(message.step);
      const at = this.steps.length;
      this.steps.push(message.step);
      for (const [name, [value, baseline]] of Object.entries(message.metrics || {})) {
        let column = this.metrics.get(name);
        if (!column) {
          column = { values: new Array(at).fill(null), nulls: new Array(at).fill(null) };
          this.metrics.set(name, column);
        }
        column.values.push(value);
        column.nulls.push(baseline);
      }
      for (const column of this.metrics.values()) {
        if (column.values.length === at) { column.values.push(null); column.nulls.push(null); }
      }
      this.known = message.step;
      this.version += 1;
      if (message.digest !== undefined) this.last = message;
      if (this.steps.length > MOST_COLUMNS) this.thin();
    }

    // Keep every second step of the older half.
    thin() {
      const half = this.steps.length >> 1;
      const keep = (_, index) => index >= half || index % 2 === 0;
      this.steps = this.steps.filter(keep);
      for (const column of this.metrics.values()) {
        column.values = column.values.filter(keep);
        column.nulls = column.nulls.filter(keep);
      }
      this.every *= 2;
    }

    column(name) {
      return this.metrics.get(name) || { values: new Array(this.steps.length).fill(null), nulls: new Array(this.steps.length).fill(null) };
    }
  }

  window.sociarium.Series = Series;
})();
