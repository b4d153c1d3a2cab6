// A past step in the Overview: its values, its histogram, the feed as it stood. Asked for once the slider rests;
// of several questions only the newest is listened to.
"use strict";

window.sociarium = window.sociarium || {};

(() => {
  const REST = 120; // ms without a move until the server is asked

  class Moment {
    // show(step, message): the message of the step, null until it came; step null: live again.
    constructor({ path, feed, show }) {
      this.path = path;
      this.feed = feed;
      this.show = show;
      this.asking = null;
    }

    goTo(step) {
      clearTimeout(this.resting);
      this.asking?.abort();
      this.show(step, null);
      if (step === null) { this.feed?.goTo(null); return; }
      this.resting = setTimeout(() => this.ask(step), REST);
    }

    // feed: whether the feed is not there yet as it stood then.
    async ask(step, feed = true) {
      const asking = new AbortController();
      this.asking = asking;
      if (feed) this.feed?.goTo(step);
      try {
        const response = await fetch(`${this.path}?at=${step}`, { signal: asking.signal, headers: { Accept: "application/json" }, redirect: "manual" });
        if (!response.ok) throw new Error(String(response.status));
        const message = await response.json();
        if (!asking.signal.aborted) this.show(step, message);
      } catch {
        if (!asking.signal.aborted) window.sociarium.announce(`Step ${step} could not be read`);
      }
    }
  }

  window.sociarium.Moment = Moment;
})();
