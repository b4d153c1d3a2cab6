// A part of a view that the server writes as of a step (data-asof: its address): asked for again when the time moves.
// A field that speaks of the step (data-at-field) follows it until a person fills it in.
"use strict";

(() => {
  const REST = 150; // ms without a move until the server is asked
  const part = () => document.querySelector("[data-asof]");
  if (!part()) return;
  let asking = null;
  let soon = 0;

  async function look(at) {
    const old = part();
    asking?.abort();
    const mine = asking = new AbortController();
    const url = new URL(old.dataset.asof, location.href);
    for (const name of ["page", "before"]) url.searchParams.delete(name);
    if (at === null) url.searchParams.delete("at");
    else url.searchParams.set("at", at);
    old.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(url, { headers: { "HX-Request": "true" }, signal: mine.signal, redirect: "manual" });
      if (!response.ok) throw new Error(String(response.status));
      const fresh = document.createRange().createContextualFragment(await response.text()).firstElementChild;
      part().replaceWith(fresh);
      window.htmx?.process(fresh);
    } catch (problem) {
      if (problem.name === "AbortError") return;
      old.removeAttribute("aria-busy");
      window.sociarium.announce(`Step ${at} could not be read. What you see is of before.`);
    }
  }

  const field = document.querySelector("[data-at-field]");
  field?.addEventListener("input", () => { field.dataset.typed = ""; });

  document.addEventListener("sociarium:at", (event) => {
    const { at } = event.detail;
    if (field && !("typed" in field.dataset)) field.value = at ?? "";
    clearTimeout(soon);
    soon = setTimeout(() => look(at), REST);
  });
})();
