// The one time slider of a run's views: live, or a past step that the address names (`?at=`).
// Whatever shows a step listens to the document's event "sociarium:at" (detail.at: the step, null for live).
"use strict";

window.sociarium = window.sociarium || {};

(() => {
  const SETTLED = 200; // ms without a move until the address and the links follow
  const MARKS_EVERY = 30000; // ms between two looks for interventions that others made
  const NEAR = 15; // px between two letters, below which they become one
  const THUMB = 16; // px, as in the stylesheet: a track is that much shorter than its box

  const root = document.getElementById("run");
  const box = document.getElementById("run-time");
  if (!root || !box) return;
  const { short } = window.sociarium;
  const given = JSON.parse(document.getElementById("run-data").textContent);
  const slider = document.getElementById("time");
  const words = { step: document.getElementById("time-step"), clock: document.getElementById("time-clock"), ahead: document.getElementById("time-ahead"), end: document.getElementById("time-end") };
  const OVER = new Set(["finished", "stopped", "failed"]);
  const back = document.getElementById("go-live");
  const holder = document.getElementById("time-marks");

  const date = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  const start = Date.parse(given.clock.start);

  // Change the address without leaving the page; null takes a name out.
  function setQuery(changes) {
    const url = new URL(location.href);
    for (const [name, value] of Object.entries(changes)) {
      if (value === null || value === undefined) url.searchParams.delete(name);
      else url.searchParams.set(name, value);
    }
    if (url.href !== location.href) history.replaceState(history.state, "", url.href.replaceAll("%2C", ","));
  }

  // Tell those who hear the page; what merely moves is not told.
  function announce(text) {
    const said = document.getElementById("run-said");
    if (said && said.textContent !== text) said.textContent = text;
  }

  class Time {
    constructor() {
      this.at = given.at;
      this.newest = Math.max(given.state.step, 0);
      this.steps = Math.max(given.state.steps, 1); // that the run is to make
      this.marks = []; // {step, letter, kind, label, by, url}, ascending
      this.minutes = given.clock.minutes;
      this.start = start;
      this.held = false; // the thumb is under a finger: the range must not grow away from it
      this.asked = 0;
      slider.addEventListener("input", () => this.goTo(Number(slider.value)));
      slider.addEventListener("pointerdown", () => { this.held = true; });
      for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => { if (this.held) { this.held = false; this.grow(); } });
      slider.addEventListener("keydown", (event) => { if (this.key(event)) event.preventDefault(); });
      back.addEventListener("click", (event) => { event.preventDefault(); this.goTo(null); slider.focus(); });
      holder.addEventListener("click", (event) => {
        const mark = event.target.closest("[data-step]");
        if (mark) { event.preventDefault(); this.goTo(Number(mark.dataset.step)); }
      });
      document.addEventListener("sociarium:steps", (event) => this.reach(event.detail.step));
      document.addEventListener("sociarium:marks", () => this.readMarks());
      document.addEventListener("visibilitychange", () => this.lookForMarks());
      new ResizeObserver(() => this.place()).observe(holder);
      this.grow();
      this.link();
      this.readMarks();
    }

    clock(step) {
      return date.format(this.start + step * this.minutes * 60000);
    }

    // Show a step; null, or one that is not behind the newest, is live.
    goTo(step) {
      const at = step === null || step >= this.newest ? null : Math.max(0, Math.round(step));
      if (at === this.at) { this.paint(); return; }
      this.at = at;
      root.dataset.at = at === null ? "" : at;
      if (at === null) this.grow();
      this.paint();
      this.due ||= requestAnimationFrame(() => {
        this.due = 0;
        document.dispatchEvent(new CustomEvent("sociarium:at", { detail: { at: this.at } }));
      });
      clearTimeout(this.settling);
      this.settling = setTimeout(() => this.settle(), SETTLED);
    }

    move(steps) {
      this.goTo((this.at ?? this.newest) + steps);
    }

    // What a key does to time; false when it is none of its keys.
    key(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return false;
      const by = event.shiftKey ? 10 : 1;
      const does = {
        ArrowLeft: () => this.move(-by), ArrowDown: () => this.move(-by), ArrowRight: () => this.move(by), ArrowUp: () => this.move(by),
        PageDown: () => this.move(-Math.ceil(this.newest / 20)), PageUp: () => this.move(Math.ceil(this.newest / 20)),
        Home: () => this.goTo(0), End: () => this.goTo(null),
      }[event.key];
      if (does) does();
      return Boolean(does);
    }

    settle() {
      setQuery({ at: this.at });
      this.link();
      announce(this.at === null ? "Live" : `Step ${this.at}, ${this.clock(this.at)}`);
    }

    // The ways to the other views, and what this one is asked next, lead to the same step.
    link() {
      for (const field of root.querySelectorAll('form[method="get"] input[type="hidden"][name="at"]')) {
        field.value = this.at ?? "";
        field.disabled = this.at === null;
      }
      for (const anchor of root.querySelectorAll("a[data-tab-link]")) {
        const url = new URL(anchor.href);
        if (this.at === null) url.searchParams.delete("at");
        else url.searchParams.set("at", this.at);
        anchor.href = url.href;
      }
    }

    reach(step) {
      if (step <= this.newest) return;
      this.newest = step;
      if (!this.held) this.grow();
      this.lookForMarks();
    }

    grow() {
      if (Number(slider.max) !== this.newest) { slider.max = this.newest; this.placing ||= requestAnimationFrame(() => { this.placing = 0; this.place(); }); }
      box.hidden = this.newest < 1;
      this.paint();
    }

    paint() {
      const { at, newest } = this;
      const over = OVER.has(root.dataset.status); // nothing of it is live any more
      const shown = at ?? newest;
      if (!this.held && Number(slider.value) !== shown) slider.value = shown;
      slider.setAttribute("aria-valuetext", `${at === null && !over ? "live, " : ""}step ${shown} of ${newest}, ${this.clock(shown)}`);
      words.end.textContent = over ? "the last step" : "live";
      words.step.textContent = at === null ? (over ? "last step" : "live") : `step ${short(at)}`;
      words.clock.textContent = this.clock(shown);
      back.hidden = at === null;
      words.ahead.textContent = at === null ? "" : `, ${short(newest - at)} step${newest - at === 1 ? "" : "s"} ahead`;
      box.classList.toggle("time-past", at !== null);
    }

    // --- interventions ------------------------------------------------------------------------------------------

    lookForMarks() {
      if (!document.hidden && performance.now() - this.asked > MARKS_EVERY) this.readMarks();
    }

    async readMarks() {
      if (!given.paths.marks) return;
      this.asked = performance.now();
      let answer;
      try {
        const response = await fetch(given.paths.marks, { headers: { Accept: "application/json" }, redirect: "manual" });
        if (!response.ok) return;
        answer = await response.json();
      } catch { return; /* the network is away; they are looked for again */ }
      this.marks = answer.marks.filter((mark) => Number.isInteger(mark.step)).sort((a, b) => a.step - b.step);
      this.place();
      document.dispatchEvent(new CustomEvent("sociarium:marked"));
    }

    // Letters over the track. Those that would cover each other are one, which names them all.
    place() {
      const width = holder.clientWidth - THUMB;
      if (width <= 0) return;
      const at = (mark) => THUMB / 2 + width * Math.min(1, mark.step / Math.max(1, this.newest));
      const focused = holder.contains(document.activeElement) ? document.activeElement.dataset.step : null;
      const past = this.marks.filter((mark) => mark.step <= this.newest);
      holder.replaceChildren(...near(past, at).map(({ x, marks }) => {
        const anchor = document.createElement("a");
        anchor.className = "mark";
        anchor.href = `?at=${marks[0].step}`;
        anchor.dataset.step = marks[0].step;
        anchor.style.left = `${x}px`;
        name(anchor, marks, x > width / 2);
        return anchor;
      }));
      if (focused !== null) holder.querySelector(`[data-step="${focused}"]`)?.focus();
    }
  }

  // Marks whose places are less than NEAR apart, together. at: mark -> px; marks ascending.
  function near(marks, at) {
    const groups = [];
    for (const mark of marks) {
      const x = at(mark);
      const last = groups[groups.length - 1];
      if (last && x - last.x < NEAR) last.marks.push(mark);
      else groups.push({ x, marks: [mark] });
    }
    return groups;
  }

  function name(node, marks, right) {
    const said = (mark) => `${mark.letter ? `${mark.letter}: ` : ""}${mark.label || mark.kind}, step ${mark.step}${mark.by ? `, by ${mark.by}` : ""}`;
    const some = marks.slice(0, 6).map(said);
    if (marks.length > some.length) some.push(`and ${marks.length - some.length} more`);
    node.textContent = marks.length === 1 ? marks[0].letter || "•" : `${marks[0].letter || "•"}+`;
    node.dataset.says = some.join("\n");
    node.classList.toggle("mark-right", right);
    node.setAttribute("aria-label", some.join("; "));
  }

  Object.assign(window.sociarium, { time: new Time(), setQuery, announce, nearMarks: near, nameMark: name });
})();
