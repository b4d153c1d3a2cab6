// The catalogue: what does not say what was typed is left out, of the entries and of the index.
"use strict";

(() => {
  const find = document.getElementById("catalogue-find");
  const count = document.getElementById("catalogue-count");
  const none = document.getElementById("catalogue-none");
  const all = count.textContent;
  const links = new Map([...document.querySelectorAll(".catalogue-index a")].map((link) => [link.hash.slice(1), link]));
  const entries = [...document.querySelectorAll("article.entry")].map((entry) => ({
    entry, line: links.get(entry.id)?.closest("li"), text: entry.textContent.toLowerCase(),
  }));

  function show() {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    let left = 0;
    for (const { entry, line, text } of entries) {
      const out = !words.every((word) => text.includes(word));
      entry.hidden = out;
      if (line) line.hidden = out;
      if (!out) left += 1;
    }
    for (const list of document.querySelectorAll(".catalogue-index ul")) {
      list.hidden = list.previousElementSibling.hidden = !list.querySelector("li:not([hidden])");
    }
    document.getElementById("words").hidden = words.length > 0;
    none.hidden = left > 0;
    count.textContent = words.length ? `${left} of ${all}` : all;
  }

  find.hidden = false;
  find.addEventListener("input", show);
  // A link to an entry that is left out would lead nowhere.
  window.addEventListener("hashchange", () => { find.value = ""; show(); document.querySelector(location.hash)?.scrollIntoView(); });
  // A browser that comes back keeps what was typed.
  if (find.value) show();
})();
