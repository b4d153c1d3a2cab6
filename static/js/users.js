// Users of a run: keys that go through the list and from user to user, decisions that open in place, time that is
// followed. Without it everything is a link.
"use strict";

(() => {
  const view = document.querySelector("#users-view, #user-view");
  if (!view) return;
  const list = document.getElementById("users-list") || view;

  // --- time ---------------------------------------------------------------------------------------------------

  let asking = null;
  let soon = 0;
  async function look(at) {
    asking?.abort();
    const mine = asking = new AbortController();
    const url = new URL(view.dataset.here, location.href);
    for (const name of ["after", "before"]) url.searchParams.delete(name);
    if (at === null) url.searchParams.delete("at");
    else url.searchParams.set("at", at);
    list.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(url, { headers: { "HX-Request": "true" }, signal: mine.signal, redirect: "manual" });
      if (!response.ok) throw new Error(String(response.status));
      list.replaceChildren(document.createRange().createContextualFragment(await response.text()));
      window.htmx?.process(list);
      document.dispatchEvent(new CustomEvent("sociarium:user"));
    } catch (problem) {
      if (problem.name === "AbortError") return;
      const line = document.createElement("p");
      line.className = "fault";
      line.setAttribute("role", "alert");
      line.textContent = "That step could not be read. What you see is of before.";
      if (!list.querySelector(":scope > .fault")) list.prepend(line);
    }
    list.removeAttribute("aria-busy");
  }
  document.addEventListener("sociarium:at", (event) => {
    clearTimeout(soon);
    soon = setTimeout(() => look(event.detail.at), 150);
  });

  // --- one decision in its place ------------------------------------------------------------------------------

  view.addEventListener("click", async (event) => {
    const link = event.target.closest("[data-decision]");
    const place = document.getElementById("user-decision");
    if (!link || !place || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    for (const one of view.querySelectorAll("[data-decision]")) one.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
    place.setAttribute("aria-busy", "true");
    const response = await fetch(link.dataset.decision, { headers: { "HX-Request": "true" }, redirect: "manual" }).catch(() => null);
    place.removeAttribute("aria-busy");
    if (!response?.ok) { location.assign(link.href); return; }
    if (link.getAttribute("aria-current") !== "true") return; // another one was chosen meanwhile
    place.replaceChildren(document.createRange().createContextualFragment(await response.text()));
    const url = new URL(location.href);
    url.searchParams.set("step", link.dataset.step);
    url.searchParams.delete("before");
    history.replaceState(history.state, "", url);
    view.dataset.here = url.pathname + url.search;
    if (place.getBoundingClientRect().top > innerHeight) place.scrollIntoView();
  });

  // --- keys ---------------------------------------------------------------------------------------------------

  const typing = (node) => node.closest("input, textarea, select, [contenteditable]");
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key !== "j" && event.key !== "k") return;
    const rows = [...list.querySelectorAll("[data-row]")];
    if (!rows.length) {
      view.querySelector(`[data-key="${event.key}"]`)?.click();
      return;
    }
    const now = rows.indexOf(document.activeElement);
    const next = now < 0 ? 0 : now + (event.key === "j" ? 1 : -1);
    if (next >= rows.length) { list.querySelector('[rel="next"]')?.click(); return; }
    rows[Math.max(next, 0)].focus();
  });
})();
