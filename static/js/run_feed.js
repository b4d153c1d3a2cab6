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
      this.button.addEventListener("click", () => this.show());
    }

    // Count what step messages bring, each step once.
    hear(steps) {
      for (const message of steps) {
        if (message.step <= this.seen) continue;
        this.seen = message.step;
        this.waiting += this.written(message);
      }
      this.tell();
      // An empty feed has nothing to lose its place in.
      if (this.waiting && !this.list.querySelector(".post")) this.show();
    }

    tell() {
      const count = this.waiting > 999 ? "999+" : String(this.waiting);
      this.button.hidden = !this.waiting;
      this.button.textContent = `${count} new post${this.waiting === 1 ? "" : "s"}`;
      for (const counter of this.counters) counter.textContent = this.waiting ? count : "";
    }

    async show() {
      if (this.loading) return;
      this.loading = true;
      const told = this.waiting;
      this.waiting = 0;
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
