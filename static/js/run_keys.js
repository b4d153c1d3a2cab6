// The keyboard of a run's pages, the sheet that shows it, and the question before a run is stopped.
"use strict";

(() => {
  const root = document.getElementById("run");
  if (!root) return;
  const { time } = window.sociarium;
  const sheet = document.getElementById("keys");
  const question = document.getElementById("stop-question");
  const choice = document.getElementById("keys-on");
  const PREFIX = 1500; // ms for the letter after g
  const OFF = "sociarium.keys";
  let went = -Infinity; // when g was pressed, on the page's clock, which begins at 0 with the page

  const press = (id) => { const button = document.getElementById(id); if (button && !button.disabled) button.click(); };

  function changePace(by) {
    const buttons = [...root.querySelectorAll(".pace button")];
    const now = buttons.findIndex((button) => button.getAttribute("aria-pressed") === "true");
    if (now >= 0) buttons[now + by]?.click();
  }

  // Whether a key belongs to what has the focus.
  function taken(target, key) {
    if (!(target instanceof Element)) return false;
    const field = target.closest("input, textarea, select, [contenteditable], [role=textbox], [role=combobox]");
    const kind = field?.matches("input") ? field.type : "";
    if (field && !["checkbox", "radio", "range", "button", "submit"].includes(kind)) return true;
    if (target.closest("[data-own-keys]")) return true;
    if (key === " ") return Boolean((field && kind !== "range") || target.closest("button, summary, [role=button], [role=region][tabindex]"));
    if (key.startsWith("Arrow")) return Boolean(field || target.closest("[role=region][tabindex], [role=listbox], [role=tree], [role=slider]"));
    return false;
  }

  const keys = {
    " ": () => press("do-turn"),
    ".": () => press("do-step"),
    s: () => press("do-stop"),
    "[": () => changePace(-1),
    "]": () => changePace(1),
    l: () => time?.goTo(null),
    "+": () => window.sociarium.zoomBy?.(0.5),
    "-": () => window.sociarium.zoomBy?.(2),
    "?": () => sheet.showModal(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (!choice.checked || document.querySelector("dialog[open]") || taken(event.target, event.key)) return;
    if (performance.now() - went < PREFIX) {
      went = -Infinity;
      const way = root.querySelector(`[data-letter="${CSS.escape(event.key)}"]`);
      if (way) { event.preventDefault(); way.click(); }
      return;
    }
    if (event.key === "g") { went = performance.now(); return; }
    if (["ArrowLeft", "ArrowRight"].includes(event.key)) {
      if (time && !document.getElementById("run-time").hidden && time.key(event)) event.preventDefault();
      return;
    }
    if (event.repeat || !Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("#keys-open")) sheet.showModal();
    // A click beside a dialog closes it.
    if (!event.target.matches("dialog[open]")) return;
    const { left, right, top, bottom } = event.target.getBoundingClientRect();
    if (event.clientX < left || event.clientX > right || event.clientY < top || event.clientY > bottom) event.target.close();
  });

  // Some people's voices and sticks press single keys by mistake: they can be switched off.
  try { choice.checked = localStorage.getItem(OFF) !== "off"; } catch { /* no storage: on */ }
  choice.addEventListener("change", () => {
    try { localStorage.setItem(OFF, choice.checked ? "on" : "off"); } catch { /* holds for this page */ }
  });

  let sure = false;
  document.addEventListener("click", (event) => {
    const stop = event.target.closest("#do-stop");
    if (!stop || !question || sure) return;
    event.preventDefault();
    event.stopPropagation();
    question.returnValue = "";
    document.getElementById("stop-upto").textContent = document.querySelector('[data-live="step"]').textContent;
    question.showModal();
  }, true);
  question?.addEventListener("close", () => {
    if (question.returnValue !== "stop") return;
    sure = true;
    press("do-stop");
    sure = false;
  });
  root.dataset.keys = "heard"; // from here on a key does what the sheet says
})();
