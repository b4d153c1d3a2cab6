// The feed: posts that are written while one reads wait behind a counter, so that nothing jumps.
"use strict";

window.sociarium = window.sociarium || {};

(() => {
  const SHOWN = 200; // articles kept in the page; older ones are a click away

  class Feed {
    constructor(root, path, numbers) {
      this.list = root.querySelector("#feed-list");
      this.button = root.querySelector("#feed-new");
      this.counters = root.querySelectorAll('[data-live="feed-count"]');
      this.path = path;
      this.written = numbers; // step message -> how many posts it brought
      this.newest = Number(this.list.dataset.newest);
      this.waiting = 0;
      this.seen = this.newest;
      this.past = window.sociarium.time?.at ?? null; // the past step as of which it is shown
      this.missed = false; // steps were left out of what came: nobody counted their posts
      this.word = root.querySelector("#feed-word");
      this.button.addEventListener("click", () => this.show());
    }

    // Count what step messages bring, each step once.
    hear(steps) {
      for (const message of steps) {
        if (message.step <= this.seen) continue;
        if (message.step > this.seen + 1) this.missed = true;
        this.seen = message.step;
        this.waiting += this.written(message);
      }
      this.tell();
      // An empty feed has nothing to lose its place in.
      if ((this.waiting || this.missed) && this.past === null && !this.list.querySelector(".post")) this.show();
    }

    // Show the feed as it stood after a step; null: as it stands now.
    async goTo(step, again = true) {
      this.past = step;
      this.asking?.abort();
      const asking = new AbortController();
      this.asking = asking;
      this.tell();
      try {
        const response = await fetch(`${this.path}${step === null ? "" : `?at=${step}`}`, { redirect: "manual", signal: asking.signal });
        if (!response.ok) throw new Error(String(response.status));
        const part = document.createRange().createContextualFragment(await response.text());
        if (asking.signal.aborted) return;
        this.list.replaceChildren(part);
        this.list.scrollTop = 0;
        if (window.htmx) window.htmx.process(this.list);
        if (step === null) {
          this.newest = Number(response.headers.get("X-Step"));
          this.seen = Math.max(this.seen, this.newest);
          [this.waiting, this.missed] = [0, false];
        }
        this.word.textContent = step === null ? "newest first" : `as of step ${window.sociarium.short(step)}`;
        this.tell();
      } catch {
        if (asking.signal.aborted) return;
        this.word.textContent = "could not be read";
        // A server that is busy for a moment is asked once more.
        if (again) setTimeout(() => { if (this.past === step && this.asking === asking) this.goTo(step, false); }, 1500);
      }
    }

    tell() {
      const some = this.past === null && (this.waiting > 0 || this.missed);
      const count = this.missed ? "" : this.waiting > 999 ? "999+ " : `${this.waiting} `;
      this.button.hidden = !some;
      this.button.textContent = `${count}${count ? "new" : "New"} post${this.waiting === 1 && count ? "" : "s"}`;
      for (const counter of this.counters) counter.textContent = some ? count.trim() || "new" : "";
    }

    async show() {
      if (this.loading) return;
      this.loading = true;
      const told = this.waiting;
      [this.waiting, this.missed] = [0, false];
      try {
        const response = await fetch(`${this.path}?after=${this.newest}`, { redirect: "manual" });
        if (!response.ok) throw new Error(String(response.status));
        const upTo = Number(response.headers.get("X-Step"));
        const part = document.createRange().createContextualFragment(await response.text());
        this.list.querySelector(".feed-empty")?.remove();
        this.list.prepend(part);
        if (window.htmx) window.htmx.process(this.list);
        this.newest = upTo;
        this.seen = Math.max(this.seen, upTo);
        const posts = this.list.querySelectorAll(".post");
        for (let i = SHOWN; i < posts.length; i += 1) posts[i].remove();
      } catch {
        this.waiting += told;
      } finally {
        this.loading = false;
        this.tell();
      }
    }
  }

  window.sociarium.Feed = Feed;
})();
