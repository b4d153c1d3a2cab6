// The feed's own page: new items wait behind a counter, the time is followed, and "why here" opens beside the feed.
// Without it the page is plain links and a form.
"use strict";

(() => {
  const root = document.getElementById("feed-view");
  if (!root) return;
  const { here, fresh: freshPath, find: findPath } = root.dataset;
  const run = document.getElementById("run");
  const seen = document.getElementById("feed-seen");
  const button = document.getElementById("feed-fresh");
  const who = root.dataset.as;
  const cohort = root.dataset.cohort; // whose posts are shown, "" for everybody's
  let newest = Number(root.dataset.newest); // the last step of what is shown
  let known = newest; // the last step that was heard of
  let at = run.dataset.at === "" ? null : Number(run.dataset.at);

  // --- what is looked at --------------------------------------------------------------------------------------

  let asking = null;
  async function look() {
    asking?.abort();
    const mine = asking = new AbortController();
    const query = new URLSearchParams();
    if (who) query.set("as", who);
    if (cohort) query.set("cohort", cohort);
    if (at !== null) query.set("at", at);
    seen.setAttribute("aria-busy", "true");
    if (at === null) newest = known;
    try {
      const response = await fetch(`${here}?${query}`, { headers: { "HX-Request": "true" }, signal: mine.signal, redirect: "manual" });
      if (!response.ok) throw new Error(String(response.status));
      seen.replaceChildren(document.createRange().createContextualFragment(await response.text()));
      window.htmx?.process(seen);
      seen.removeAttribute("aria-busy");
      close();
    } catch (problem) {
      if (problem.name === "AbortError") return;
      seen.removeAttribute("aria-busy");
      tell("The feed could not be read. Try again");
      waiting = true;
    }
  }

  let soon = 0;
  document.addEventListener("sociarium:at", (event) => {
    at = event.detail.at;
    for (const field of root.querySelectorAll('.feed-as input[name="at"]')) { field.value = at ?? ""; field.disabled = at === null; }
    button.hidden = true;
    clearTimeout(soon);
    soon = setTimeout(look, 150);
  });

  // --- new items ----------------------------------------------------------------------------------------------

  let waiting = false;
  let counting = 0;
  function tell(words) { button.hidden = false; if (button.textContent !== words) button.textContent = words; }

  async function count() {
    counting = 0;
    if (at !== null || document.hidden) return;
    try {
      const response = await fetch(`${freshPath}?after=${newest}${cohort ? `&cohort=${cohort}` : ""}`, { redirect: "manual" });
      if (!response.ok || at !== null) return;
      const found = await response.json();
      const steps = found.step - newest;
      if (steps <= 0) return;
      waiting = true;
      if (who) tell(`${steps} new step${steps === 1 ? "" : "s"}`);
      else if (found.posts) tell(`${Math.min(found.posts, 999)}${found.more || found.posts > 999 ? "+" : ""} new post${found.posts === 1 ? "" : "s"}`);
      // An empty feed has nothing to lose its place in.
      if (found.posts && !seen.querySelector(".card-post")) button.click();
    } catch { /* the next step asks again */ }
  }

  document.addEventListener("sociarium:steps", (event) => {
    known = Math.max(known, event.detail.step);
    if (!counting && at === null && known > newest) counting = setTimeout(count, 700);
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden && known > newest && !counting) count(); });
  button.addEventListener("click", () => {
    if (!waiting) return;
    waiting = false;
    newest = known;
    button.hidden = true;
    look().then(() => { if (document.activeElement === document.body) seen.querySelector("a")?.focus({ preventScroll: true }); });
    scrollTo({ top: 0 });
  });

  // --- who is meant -------------------------------------------------------------------------------------------

  const field = document.getElementById("feed-as");
  const offered = document.getElementById("users-found");
  let typing = 0;
  field.addEventListener("input", () => {
    clearTimeout(typing);
    const typed = field.value.trim();
    if ([...offered.children].some((option) => option.value === typed)) { field.form.requestSubmit(); return; }
    typing = setTimeout(async () => {
      const response = await fetch(`${findPath}?q=${encodeURIComponent(typed)}`, { redirect: "manual" }).catch(() => null);
      if (!response?.ok || field.value.trim() !== typed) return;
      offered.replaceChildren(...(await response.json()).users.map((one) => {
        const option = document.createElement("option");
        option.value = `@${one.handle}`;
        option.label = one.name;
        return option;
      }));
    }, 120);
  });

  // --- why here -----------------------------------------------------------------------------------------------

  const panel = document.getElementById("why-panel");
  const told = document.getElementById("why-body");
  let opener = null;

  function close() {
    if (panel.hidden) return;
    panel.hidden = true;
    told.replaceChildren();
    for (const post of seen.querySelectorAll(".chosen")) post.classList.remove("chosen");
    if (opener?.isConnected) opener.focus({ preventScroll: true });
    opener = null;
  }

  root.addEventListener("click", (event) => {
    const link = event.target.closest("[data-why]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    for (const post of seen.querySelectorAll(".chosen")) post.classList.remove("chosen");
    link.closest(".card-post").classList.add("chosen");
    opener = link;
    const wait = document.createElement("p");
    wait.className = "hint";
    wait.textContent = "Being looked up.";
    told.replaceChildren(wait);
    panel.hidden = false;
    panel.focus({ preventScroll: true });
  });
  document.getElementById("why-close").addEventListener("click", close);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
})();
