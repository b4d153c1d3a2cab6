// Interventions: says beside each input what is wrong while one types, finds users and posts, keeps the list up to
// date. Without it the forms are plain forms and the list is as it was when the page was opened.
"use strict";

(() => {
  const root = document.getElementById("interventions");
  const form = document.getElementById("steer");
  if (!root || !form) return;
  const CHECK_AFTER = 350; // ms without a key
  const FIND_AFTER = 200;
  const LIST_EVERY = 1000;

  // --- what is wrong -------------------------------------------------------------------------------------------

  const touched = new Set();
  let checking = 0;
  let asked = 0;

  function say(name, sentence) {
    const place = form.querySelector(`[data-fault-for="${CSS.escape(name)}"]`);
    if (!place) return;
    place.textContent = sentence || "";
    place.hidden = !sentence;
    const input = form.elements[name];
    if (input && input.setAttribute) {
      if (sentence) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
  }

  async function check() {
    const mine = ++asked;
    try {
      const response = await fetch(root.dataset.check, { method: "POST", body: new FormData(form), redirect: "manual" });
      if (!response.ok || mine !== asked) return;
      const found = await response.json();
      // What nobody has typed yet is not wrong yet.
      for (const name of touched) say(name, found.faults[name]);
      say("other", found.other.join(" "));
    } catch {
      // The line is down; sending the form says what is wrong.
    }
  }

  form.addEventListener("input", (event) => {
    const name = event.target.name;
    if (!name || event.target.closest(".fork-edit")) return;
    touched.add(name);
    if (name === "when") touched.add("at");
    clearTimeout(checking);
    checking = setTimeout(check, CHECK_AFTER);
    if (event.target.dataset.picks) find(event.target);
  });

  // Who fills in the intervention of a run that can only be forked means it.
  const include = form.elements.include;
  if (include && "over" in root.dataset) {
    let own = false; // once they have chosen by themselves, it stays so
    include.addEventListener("change", () => { own = true; });
    form.addEventListener("input", (event) => { if (!own && event.target.name && !event.target.closest(".fork-edit")) include.checked = true; });
  }

  form.elements.at?.addEventListener("input", () => {
    const radio = form.querySelector('input[name="when"][value="at"]');
    if (radio) radio.checked = true;
  });

  // --- users and posts -----------------------------------------------------------------------------------------

  let finding = 0;
  let wanted = 0;

  function find(input) {
    clearTimeout(finding);
    finding = setTimeout(async () => {
      const mine = ++wanted;
      const query = new URLSearchParams({ what: input.dataset.picks, q: input.value });
      try {
        const response = await fetch(`${root.dataset.find}?${query}`, { redirect: "manual" });
        if (!response.ok || mine !== wanted) return;
        const { found } = await response.json();
        input.list.replaceChildren(...found.map(({ value, label }) => {
          const option = document.createElement("option");
          option.value = value;
          option.label = label;
          option.textContent = label;
          return option;
        }));
      } catch {
        // A number or a word can still be typed.
      }
    }, FIND_AFTER);
  }

  for (const input of form.querySelectorAll("[data-picks]")) input.addEventListener("focus", () => find(input), { once: true });

  // --- the list ------------------------------------------------------------------------------------------------

  let listed = performance.now();
  let due = 0;

  function listSoon() {
    if (due) return;
    due = setTimeout(async () => {
      due = 0;
      listed = performance.now();
      const query = new URLSearchParams(location.search);
      try {
        const response = await fetch(`${root.dataset.path}?${query}`, { headers: { "HX-Request": "true" }, redirect: "manual" });
        if (!response.ok) return;
        const list = document.getElementById("happening-list");
        if (list.contains(document.activeElement)) return; // never take a button from under the fingers
        const part = document.createRange().createContextualFragment(await response.text());
        list.replaceWith(part);
      } catch {
        // Asked again with the next step.
      }
    }, Math.max(0, listed + LIST_EVERY - performance.now()));
  }

  document.addEventListener("sociarium:steps", (event) => {
    const first = document.getElementById("first-step");
    if (first && event.detail && Number.isInteger(event.detail.step)) first.textContent = String(event.detail.step + Number(first.dataset.lead));
    if (document.getElementById("happening-list")?.dataset.planned) listSoon();
  });

  // --- the time slider -----------------------------------------------------------------------------------------

  document.addEventListener("sociarium:at", (event) => {
    const input = form.elements.fork_at;
    const at = event.detail ? event.detail.at : null;
    if (input && Number.isInteger(at)) input.value = String(at);
  });
})();
