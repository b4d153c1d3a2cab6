// The line to the server: a socket for what happens now, HTTP for what was missed. No DOM here.
//
// A number is missing when a message skips it, when the server says so ("gap"), or when a heartbeat names a newer
// step than the newest that arrived. Whatever is missing is fetched by number until nothing is, so a hole is never drawn.
"use strict";

window.sociarium = window.sociarium || {};

(() => {
  const FIRST_WAIT = 500;
  const LONGEST_WAIT = 10000;
  const GRACE = 400; // a heartbeat may overtake the step it names
  const DOZE = 60000; // ms unseen until the line is let go: a page that nobody looks at is no watcher

  class Link {
    // hooks: steps(), state(message), connection(word), woke() are called after something changed. names() says of
    // which metrics the history is wanted, null for all.
    constructor({ socketPath, pointsPath, series, hooks, names = () => null }) {
      this.socketUrl = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${socketPath}`;
      this.pointsPath = pointsPath;
      this.series = series;
      this.hooks = hooks;
      this.names = names;
      this.newest = -1; // the newest committed step anyone told of
      this.wait = FIRST_WAIT;
      this.open = false;
      this.unheard = 0; // steps that came over HTTP because no message told of them in time
      this.ended = ""; // why no further attempt is made
      this.trouble = ""; // what the server said the last time that it could not answer
      this.fetching = null;
      this.timer = 0;
      this.asleep = false;
      this.waking = false;
      this.hiddenSince = document.hidden ? Date.now() : 0;
      addEventListener("online", () => this.hurry());
      document.addEventListener("visibilitychange", () => (document.hidden ? this.doze() : this.rouse()));
      // A page that comes back from the browser's page cache has a dead socket.
      addEventListener("pageshow", (event) => { if (event.persisted) this.wake(); });
    }

    doze() {
      this.hiddenSince = Date.now();
      this.dozing = setTimeout(() => this.sleep(), DOZE);
    }

    // A page that was frozen heard no timer either: the clock on the wall says how long it was away.
    rouse() {
      clearTimeout(this.dozing);
      const away = this.hiddenSince ? Date.now() - this.hiddenSince : 0;
      this.hiddenSince = 0;
      if (this.asleep || away >= DOZE) this.wake();
      else this.hurry();
    }

    sleep() {
      this.asleep = true;
      clearTimeout(this.timer);
      const socket = this.socket;
      this.socket = null;
      this.open = false;
      socket?.close();
    }

    // Whatever was missed comes in one answer, and is drawn once; then the line is taken up again.
    async wake() {
      if (this.ended || this.waking) return;
      this.sleep();
      this.waking = true;
      this.hooks.connection();
      await this.catchUp();
      this.asleep = this.waking = false;
      this.hooks.woke();
      this.connect();
      this.hooks.connection();
    }

    async start() {
      await this.catchUp(true);
      this.connect();
    }

    get behind() {
      return Math.max(0, this.newest - this.series.known);
    }

    connect() {
      if (this.ended || this.asleep || (this.socket && this.socket.readyState <= WebSocket.OPEN)) return;
      clearTimeout(this.timer);
      const socket = new WebSocket(this.socketUrl);
      this.socket = socket;
      socket.onopen = () => { this.open = true; this.wait = FIRST_WAIT; this.hooks.connection(); };
      socket.onmessage = (event) => this.hear(event.data);
      socket.onclose = (event) => {
        if (this.socket !== socket) return;
        this.open = false;
        this.socket = null;
        if (event.code === 4401) this.ended = "signed out";
        else if (event.code === 4404) this.ended = "no longer yours to see";
        this.hooks.connection();
        if (!this.ended) this.retry();
      };
    }

    retry() {
      // Spread out, so that a restarted server is not met by every page at once.
      const wait = this.wait * (0.75 + Math.random() / 2);
      this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
      this.timer = setTimeout(async () => {
        await this.catchUp(); // also finds out whether the member is still signed in
        if (!this.waking) this.connect();
      }, wait);
    }

    hurry() {
      if (this.open || this.ended || this.asleep || !this.timer) return;
      clearTimeout(this.timer);
      this.wait = FIRST_WAIT;
      this.connect();
    }

    // A line that is open and carries nothing, while steps are made all the same, is no line: what carries the
    // messages is away. Steps then come over HTTP; the next message says that it is back.
    get silent() {
      return this.open && this.unheard > 0;
    }

    hear(text) {
      this.unheard = 0;
      this.trouble = "";
      if (this.asleep) return;
      let frame;
      try { frame = JSON.parse(text); } catch { return; }
      if (frame.v !== 1) { this.ended = "from another version; reload the page"; this.hooks.connection(); return; }
      for (const message of frame.messages || []) this.take(message);
      this.hooks.steps();
      this.hooks.connection();
      if (this.behind) setTimeout(() => { if (this.behind) this.catchUp(); }, GRACE);
    }

    take(message) {
      if (message.type === "snapshot") {
        if (message.step) this.take(message.step);
        this.take(message.state);
      } else if (message.type === "step") {
        this.newest = Math.max(this.newest, message.step);
        this.series.add(message);
      } else if (message.type === "gap") {
        this.newest = Math.max(this.newest, message.to);
      } else if (message.type === "state") {
        this.newest = Math.max(this.newest, message.step);
        this.hooks.state(message);
      }
    }

    // Ask over HTTP, because no message came for long.
    async ask() {
      const before = this.series.known;
      await this.catchUp();
      if (this.series.known > before) this.unheard += this.series.known - before;
      this.hooks.connection();
    }

    // Fetch what is missing; one fetch at a time, however many ask for it.
    catchUp(whole = false) {
      this.fetching = this.fetching || this.fetchAll(whole).finally(() => { this.fetching = null; });
      return this.fetching;
    }

    async fetchAll(whole) {
      try {
        for (let more = true; more;) {
          const answer = await this.points(whole);
          if (!answer) return;
          this.series.load(answer.points, answer.every);
          if (answer.last && answer.last.step === this.series.known) this.series.last = answer.last;
          this.newest = Math.max(this.newest, answer.step);
          more = answer.more && answer.points.length > 0;
          this.hooks.steps();
        }
        this.hooks.connection();
      } catch { /* the network is away; the socket's retries go on */ }
    }

    async points(whole) {
      // A long absence is thinned as a long history is: one answer, however much was missed.
      if (whole) { const names = this.names(); this.series.names = names && new Set(names); }
      const { known, names } = this.series;
      const query = `after=${known}&thin=1${names ? `&names=${[...names].join(",")}` : ""}`;
      const response = await fetch(`${this.pointsPath}?${query}`, { headers: { Accept: "application/json" }, redirect: "manual" });
      this.trouble = response.status === 503 ? "the database does not answer" : "";
      if (response.ok) return response.json();
      if (response.type === "opaqueredirect" || response.status === 401 || response.status === 403) this.ended = "signed out";
      else if (response.status === 404) this.ended = "no longer yours to see";
      this.hooks.connection();
      return null;
    }
  }

  window.sociarium.Link = Link;
})();
