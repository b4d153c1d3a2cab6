// What every page needs: the colour toggle, copy buttons and choices that show their own fields.
// Nothing here is required: each control is a plain form or plain text without it.
"use strict";

(() => {
  const year = 365 * 24 * 3600;

  function setTheme(theme) {
    document.cookie = `theme=${theme}; path=/; max-age=${year}; samesite=lax`;
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    document.dispatchEvent(new CustomEvent("sociarium:theme", { detail: theme }));
  }

  function nextTheme() {
    const now = document.documentElement.dataset.theme || "auto";
    return { auto: "dark", dark: "light", light: "auto" }[now];
  }

  document.addEventListener("click", (event) => {
    const toggle = event.target.closest("[data-theme-toggle]");
    if (toggle) {
      event.preventDefault();
      const theme = nextTheme();
      setTheme(theme);
      const word = { auto: "System", dark: "Dark", light: "Light" }[theme];
      toggle.querySelector("span").textContent = word;
      toggle.title = `Colours: ${word.toLowerCase()}. Click to change.`;
      return;
    }
    const copy = event.target.closest("[data-copy]");
    if (copy && navigator.clipboard) {
      navigator.clipboard.writeText(copy.dataset.copy).then(() => {
        const before = copy.getAttribute("aria-label") || "";
        copy.classList.add("copied");
        copy.setAttribute("aria-label", "Copied");
        setTimeout(() => { copy.classList.remove("copied"); copy.setAttribute("aria-label", before); }, 1200);
      });
    }
  });

  // An open menu is put away by a click beside it, and by Escape, which gives the focus back to what opened it.
  const openMenus = () => document.querySelectorAll("details.menu[open]");
  document.addEventListener("click", (event) => {
    for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") for (const menu of openMenus()) { menu.open = false; menu.querySelector("summary").focus(); }
  });

  // On a phone the rail is a bar: as many places as fit, and the others behind one button.
  function shortenRail() {
    const rail = document.getElementById("rail");
    if (!rail) return;
    const more = rail.querySelector(".rail-more");
    const button = more.querySelector("button");
    const open = (wanted) => {
      rail.classList.toggle("rail-open", wanted);
      button.setAttribute("aria-expanded", String(wanted));
      button.querySelector("span").textContent = wanted ? "Less" : "More";
    };
    more.hidden = false;
    rail.classList.add("rail-short");
    button.addEventListener("click", () => open(!rail.classList.contains("rail-open")));
    document.addEventListener("click", (event) => { if (!rail.contains(event.target)) open(false); });
    rail.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && rail.classList.contains("rail-open")) { open(false); button.focus(); }
    });
  }

  // <select data-shows="group">: only the parts of [data-shown-by=group] whose data-when names the choice stay visible.
  function showChosen(select) {
    const scope = select.closest("form") || document;
    for (const part of scope.querySelectorAll(`[data-shown-by="${CSS.escape(select.dataset.shows)}"]`)) {
      part.hidden = part.dataset.when !== select.value;
    }
  }

  function prepare(root) {
    for (const select of root.querySelectorAll("select[data-shows]")) showChosen(select);
  }

  document.addEventListener("change", (event) => {
    if (event.target.matches("select[data-shows]")) showChosen(event.target);
    const form = event.target.closest("form[data-submit-on-change]");
    if (form && event.target.matches("select")) form.requestSubmit();
  });
  // <form data-guard>: leaving a page with typed but unsent text asks first.
  let touched = document.querySelector('form[data-guard="unsaved"]') !== null;
  document.addEventListener("input", (event) => { if (event.target.closest("form[data-guard]")) touched = true; });
  // Another form of the page does not send what was typed: leaving by it asks as well.
  document.addEventListener("submit", (event) => { if (event.target.closest("form[data-guard]")) touched = false; });
  window.addEventListener("beforeunload", (event) => { if (touched) event.preventDefault(); });

  document.addEventListener("htmx:after:swap", () => prepare(document));
  const ready = () => { prepare(document); shortenRail(); };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", ready);
  else ready();
})();
