// The run page: puts what the line brings onto the page. Without it the page still shows the state and takes commands.
"use strict";

(() => {
  const { Series, Link, Feed, Moment, ChartOptions, LineChart, Histogram, picture, short, time, announce, setQuery } = window.sociarium;
  const root = document.getElementById("run");
  if (!root) return;
  const given = JSON.parse(document.getElementById("run-data").textContent);
  const live = (name) => document.querySelectorAll(`[data-live="${name}"]`);
  const say = (name, text) => { for (const node of live(name)) if (node.textContent !== text) node.textContent = text; };
  const OVER = new Set(["finished", "stopped", "failed"]);
  const SILENCE = 6; // seconds without a word from a running run until the page asks the database itself

  const series = new Series();
  let state = given.state;
  let lastWord = performance.now();
  let lastCommit = given.last ? performance.now() - given.age * 1000 : null;

  // --- charts -------------------------------------------------------------------------------------------------

  const panelOf = (spec) => root.querySelector(`[data-chart="${CSS.escape(spec.key)}"]`);
  const charts = given.charts.filter(panelOf).map((spec) => new LineChart(panelOf(spec), spec));
  const histogramPanel = root.querySelector("[data-histogram]");
  const histogram = histogramPanel && new Histogram(histogramPanel);
  let due = false;
  let unseen = false; // something to draw came while nobody could see it
  let drawn = -1; // what the charts show: a version of the series
  let pastMessage = null; // the past step that is shown, once it came
  const past = () => time && time.at !== null;

  function draw() {
    due = false;
    if (document.hidden || root.dataset.tab !== "overview") { unseen = true; return; }
    // A past step stands still: of what comes now, charts show nothing until one is back.
    if (past() && drawn >= 0) { unseen = true; return; }
    unseen = false;
    if (drawn === series.version) return;
    drawn = series.steps.length ? series.version : -1;
    for (const chart of charts) chart.draw(series);
    if (!past()) histogram?.draw(series.last);
    if (past()) for (const chart of charts) chart.showPast({ step: time.at, metrics: pastMessage?.metrics ?? null });
    const thinned = series.every > 1;
    for (const node of live("thinned")) node.hidden = !thinned;
    if (thinned) say("thinned", `Older steps are drawn one in ${series.every}; tables and CSV hold every step.`);
  }

  function drawSoon() {
    if (!due) { due = true; requestAnimationFrame(draw); }
  }

  root.addEventListener("click", (event) => {
    const button = event.target.closest("[data-picture]");
    if (!button) return;
    const bars = button.closest("[data-bars]");
    const chart = bars ? { bars: bars.dataset.bars, panel: bars } : [...charts, histogram].find((one) => one?.panel.contains(button));
    if (chart) picture(chart, button.dataset.picture);
    const menu = button.closest("details");
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // --- words --------------------------------------------------------------------------------------------------

  function clockText(seconds) {
    const whole = Math.max(0, Math.round(seconds));
    const two = (number) => String(number).padStart(2, "0");
    const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
    return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
  }

  function sayState() {
    const step = Math.max(series.known, -1);
    say("step", step < 0 ? "–" : short(step));
    const moving = state.status === "running" && state.rate > 0;
    say("rate", moving ? `${short(state.rate)} steps/s` : "");
    say("eta", moving && state.steps > step ? `ETA ${clockText((state.steps - step) / state.rate)}` : "");
    const message = series.last;
    if (message && message.digest) {
      say("digest", message.digest.slice(0, 8));
      for (const node of live("digest")) node.title = message.digest;
      const copy = document.getElementById("copy-digest");
      if (copy) { copy.dataset.copy = message.digest; copy.hidden = false; }
      const all = Object.values(message.stages || {}).reduce((sum, seconds) => sum + seconds, 0);
      const largest = Object.entries(message.stages || {}).sort((a, b) => b[1] - a[1]).slice(0, 3);
      if (all > 0 && !OVER.has(state.status)) say("stages", `stages: ${largest.map(([name, seconds]) => `${name} ${Math.round(seconds / all * 100)} %`).join(", ")}`);
    }
    sayAge();
  }

  function sayAge() {
    if (lastCommit === null || OVER.has(state.status)) { say("age", ""); return; }
    const seconds = (performance.now() - lastCommit) / 1000;
    say("age", `last commit ${seconds < 10 ? seconds.toFixed(1) : clockText(seconds)}${seconds < 10 ? " s" : ""} ago`);
  }

  let heardBad = null; // nothing was told yet
  function sayConnection() {
    const node = document.getElementById("link");
    let word, kind;
    if (link.waking) [word, kind] = ["catching up", "paused"];
    else if (link.ended) [word, kind] = [link.ended, "failed"];
    else if (link.trouble) [word, kind] = [link.trouble, "failed"];
    else if (!link.open || link.silent) [word, kind] = ["disconnected", "failed"];
    else if (link.behind > 0) [word, kind] = [`${link.behind} behind`, "paused"];
    else if (OVER.has(state.status)) [word, kind] = ["up to date", "over"];
    else [word, kind] = ["live", "running"];
    if (node.textContent !== word) node.textContent = word;
    node.className = `state state-${kind}`;
    node.dataset.link = word;
    // How many steps it is behind changes by the second: only a line that is lost or back is told.
    const bad = kind === "failed";
    if (bad !== heardBad && !(bad && heardBad === null)) {
      if (heardBad !== null) announce(bad ? word : "The page is up to date again");
      heardBad = bad;
    }
  }

  // --- what the line brings -----------------------------------------------------------------------------------

  const changed = (name) => document.body.dispatchEvent(new CustomEvent(name));
  const written = (message) => ["create_post", "repost", "quote_post"].reduce((sum, name) => sum + (message.counts?.[name] || 0), 0);
  const feed = root.querySelector("#feed-list") && new Feed(root, given.paths.feed, written);
  let told = given.last ? given.state.step : -1; // the newest step whose commit this page knows the time of

  // What models took is said by the server, which knows the limits; asked for now and then while steps come.
  const MODELS_EVERY = 1500;
  let modelsAsked = performance.now();
  let modelsDue = 0;
  let gapsOpen = false;
  root.addEventListener("toggle", (event) => {
    if (event.target.matches(".models-gaps")) gapsOpen = event.target.open;
  }, true);
  function askModels() {
    if (modelsDue || past() || !document.getElementById("run-models")) return;
    modelsDue = setTimeout(() => {
      modelsDue = 0;
      modelsAsked = performance.now();
      if (!document.hidden) changed("run:models");
    }, Math.max(0, modelsAsked + MODELS_EVERY - performance.now()));
  }

  const hooks = {
    woke() { drawSoon(); },
    steps() {
      if (heard.length) feed?.hear(heard.splice(0));
      if (series.known > told) { lastCommit = performance.now(); told = series.known; }
      lastWord = performance.now();
      sayState();
      drawSoon();
      askModels();
      // Views with scripts of their own listen to this; sociarium.run.series has what came.
      document.dispatchEvent(new CustomEvent("sociarium:steps", { detail: { step: series.known } }));
    },
    state(message) {
      lastWord = performance.now();
      const before = state;
      state = message;
      // Steps that this page shows are no more: begin anew with what is.
      if ((message.rewinds || 0) > (given.state.rewinds || 0)) { location.reload(); return; }
      root.dataset.status = message.status;
      time?.paint();
      if (before.status !== message.status) announce(`The run is ${message.status}`);
      sayState();
      // The controls, the waiting line and the error come from the server: one place decides what can be done now.
      if (["status", "wanted", "waiting", "doing"].some((key) => before[key] !== message[key])) { changed("run:changed"); askModels(); }
    },
    connection: sayConnection,
  };
  // A long history comes thinned and only of the metrics that are drawn; a short one comes whole.
  const LONG = 2000;
  const namesShown = () => [...new Set(charts.filter((chart) => !chart.panel.hidden).flatMap((chart) => [...chart.spec.lines.map((line) => line.name), ...chart.figures.map((figure) => figure.dataset.figure)]))];
  const names = () => (given.state.step >= LONG ? namesShown() : null);
  const link = new Link({ socketPath: given.paths.socket, pointsPath: given.paths.points, series, hooks, names });
  // The feed counts each step as it is added, whichever way it came.
  const heard = [];
  const append = series.append.bind(series);
  series.append = (message) => { append(message); if (feed && message.step > feed.seen) heard.push({ step: message.step, counts: message.counts }); };
  if (feed) feed.seen = Math.max(feed.seen, given.state.step);
  // A view without charts has no use for the history.
  if (!charts.length && given.state.step > 0) series.known = given.state.step - 1;

  // --- a past step --------------------------------------------------------------------------------------------

  function showStep(step, message) {
    pastMessage = message;
    for (const chart of charts) chart.showPast(step === null ? null : { step, metrics: message?.metrics ?? null });
    if (message) histogram?.draw(message);
    if (step === null) {
      histogram?.draw(series.last);
      askModels();
      if (unseen) drawSoon();
    }
  }
  const moment = charts.length && new Moment({ path: given.paths.moment, feed, show: showStep });
  if (moment) {
    document.addEventListener("sociarium:at", (event) => moment.goTo(event.detail.at));
    if (past()) moment.ask(time.at, false);
  }

  const options = document.getElementById("chart-options") && new ChartOptions(root, () => {
    drawn = -1;
    // A chart of which no history is here: begin anew with what is chosen now.
    if (!series.holds(namesShown())) { series.clear(); link.catchUp(true); }
    else redrawChosen();
  });
  function redrawChosen() {
    for (const chart of charts) if (!chart.panel.hidden) chart.draw(series);
    if (past()) showStep(time.at, pastMessage);
    drawn = series.version;
  }

  // --- tabs and clock -----------------------------------------------------------------------------------------

  // More views than fit beside each other on a phone: the one that is looked at is in sight.
  function bring(anchor) {
    const bar = anchor?.parentElement;
    if (bar) bar.scrollLeft = anchor.offsetLeft - bar.offsetLeft - (bar.clientWidth - anchor.offsetWidth) / 2;
  }
  bring(root.querySelector("[data-tab-link][aria-current]"));

  function show(tab) {
    root.dataset.tab = tab;
    for (const anchor of root.querySelectorAll("[data-tab-link]")) {
      if (anchor.dataset.tabLink === tab) { anchor.setAttribute("aria-current", "page"); bring(anchor); }
      else anchor.removeAttribute("aria-current");
    }
    if (tab === "overview" && unseen) drawSoon();
    if (tab === "health") changed("run:health");
  }

  root.addEventListener("click", (event) => {
    const anchor = event.target.closest("[data-tab-link]");
    // The views that are one page are switched between; the others are pages of their own.
    if (!anchor || !("tabHere" in anchor.dataset) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    // Replaced, not pushed: going back leaves the run, as a person who came from the list expects.
    setQuery({ tab: anchor.dataset.tabLink, before: null });
    show(anchor.dataset.tabLink);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    lastWord = performance.now();
    askModels();
    // A page that slept catches up first, and draws once.
    if (unseen && !link.waking) drawSoon();
  });
  document.addEventListener("sociarium:marked", () => { for (const chart of charts) if (chart.plot) chart.marks.place(chart.plot); });
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") for (const menu of document.querySelectorAll("details.menu[open]")) { menu.open = false; menu.querySelector("summary").focus(); }
  });
  // A swapped-in state line comes from the database and may be older than what the socket said since.
  document.addEventListener("htmx:after:swap", () => {
    sayState();
    // What a person has unfolded stays so.
    const gaps = root.querySelector(".models-gaps");
    if (gaps && gapsOpen) gaps.open = true;
  });

  setInterval(() => {
    sayAge();
    // What a person has unfolded is not taken from under their hand.
    const busy = document.querySelector("#run-health details[open]");
    if (root.dataset.tab === "health" && !busy && !document.hidden && !OVER.has(state.status)) changed("run:health");
    if (!document.hidden && !OVER.has(state.status) && performance.now() - lastWord > (link.silent ? SILENCE / 3 : SILENCE) * 1000) {
      lastWord = performance.now();
      changed("run:changed");
      link.ask();
    }
  }, 1000);

  sayConnection();
  link.start();
  window.sociarium.run = { series, link, feed, charts, time, options };
})();
