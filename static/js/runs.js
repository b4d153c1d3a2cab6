/* The list of runs: rows that move while they are looked at, a selection that lives through reloads, tags in place. */
(() => {
  "use strict";
  const SOON = 2000, LATER = 10000;
  const over = new Set(["finished", "stopped", "failed"]);

  // Empty fields of a filter stay out of the address.
  document.addEventListener("formdata", (event) => {
    if (!event.target.matches("form[data-tidy]")) return;
    const seen = new Set();
    for (const [name, value] of [...event.formData.entries()]) {
      if (value !== "" || seen.has(name)) continue;
      seen.add(name);
      const kept = event.formData.getAll(name).filter((one) => one !== "");
      event.formData.delete(name);
      for (const one of kept) event.formData.append(name, one);
    }
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit-when-changed]")) event.target.form.requestSubmit();
  });
  document.addEventListener("toggle", (event) => {
    if (!event.target.open) return;
    if (event.target.matches("details.tagging")) event.target.querySelector('input[name="tags"]').select();
    if (event.target.matches("details.menu")) {
      for (const other of document.querySelectorAll("details.menu[open]")) if (other !== event.target) other.open = false;
    }
  }, true);
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll(".runs-tools details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const held = event.target.closest("details.tagging[open], details.menu[open]");
    if (held) { held.open = false; held.querySelector("summary").focus(); }
  });

  const table = document.getElementById("runs-table");
  if (!table) return;
  const rows = new Map([...table.querySelectorAll("tr[data-run]")].map((row) => [Number(row.dataset.run), row]));

  // ---- groups: what is folded stands in the address, and goes along with the links and forms of the page ----
  const folds = [...table.querySelectorAll("a.fold")];
  const folded = new Set(new URLSearchParams(window.location.search).getAll("fold"));
  const foldAll = document.getElementById("fold-all");
  function groupOf(link) { return document.getElementById(link.getAttribute("aria-controls")); }
  function carrying(query) {
    const said = new URLSearchParams(query);
    said.delete("fold");
    for (const name of folded) said.append("fold", name);
    return said.toString();
  }
  function showFolds() {
    for (const link of folds) {
      const shut = folded.has(link.dataset.fold);
      link.setAttribute("aria-expanded", String(!shut));
      groupOf(link).hidden = shut;
    }
    if (foldAll) foldAll.textContent = folds.every((link) => folded.has(link.dataset.fold)) ? "Unfold all" : "Fold all";
  }
  function kept() {
    showFolds();
    counted();
    const query = carrying(window.location.search);
    window.history.replaceState(null, "", query ? `?${query}` : window.location.pathname);
    for (const link of document.querySelectorAll('main a[href^="?"]:not(.fold)')) link.href = `?${carrying(link.getAttribute("href"))}`;
    for (const next of document.querySelectorAll('input[name="next"]')) next.value = window.location.pathname + window.location.search;
    for (const view of document.querySelectorAll('form input[name="query"]')) view.value = carrying(view.value);
    for (const form of document.querySelectorAll("form[data-tidy]:not(.grouping)")) {
      for (const old of form.querySelectorAll('input[name="fold"]')) old.remove();
      for (const name of folded) {
        const field = document.createElement("input");
        Object.assign(field, { type: "hidden", name: "fold", value: name });
        form.append(field);
      }
    }
  }
  table.addEventListener("click", (event) => {
    const link = event.target.closest("a.fold");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (!folded.delete(link.dataset.fold)) folded.add(link.dataset.fold);
    kept();
  });
  table.addEventListener("keydown", (event) => {
    if (event.key !== " " || !event.target.matches("a.fold")) return;
    event.preventDefault();
    event.target.click();
  });
  foldAll?.addEventListener("click", () => {
    const shut = !folds.every((link) => folded.has(link.dataset.fold));
    for (const link of folds) if (shut) folded.add(link.dataset.fold); else folded.delete(link.dataset.fold);
    kept();
  });

  // ---- selection ----
  const boxes = [...table.querySelectorAll('td.pick input[name="run"]')];
  const all = document.getElementById("pick-all");
  let anchor = null;
  function chosen() { return boxes.filter((box) => box.checked).map((box) => box.value); }
  // What stands in a folded group stays ticked, but "all" are those that one sees.
  function seen() { return boxes.filter((box) => !box.closest("tbody").hidden); }
  function counted() {
    const picked = chosen();
    const shown = seen();
    document.getElementById("bulk-count").textContent = String(picked.length);
    const compare = document.querySelector("[data-compare]");
    // A link without an address cannot be followed, by no key either.
    const many = picked.length > Number(compare.dataset.most);
    if (many) compare.removeAttribute("href"); else compare.href = `/compare/?runs=${picked.join(",")}`;
    compare.setAttribute("aria-disabled", String(many));
    document.getElementById("bulk-most").hidden = !many;
    all.checked = shown.length > 0 && shown.every((box) => box.checked);
    all.indeterminate = picked.length > 0 && !all.checked;
    for (const link of folds) {
      const within = groupOf(link).querySelectorAll('td.pick input:checked').length;
      link.closest("tr").querySelector('[data-of="picked"]').textContent = within ? ` · ${within} selected` : "";
    }
  }
  all.addEventListener("change", () => { for (const box of seen()) box.checked = all.checked; counted(); });
  table.addEventListener("click", (event) => {
    const box = event.target.closest('td.pick input[name="run"]');
    if (!box) return;
    // Shift takes everything between this box and the last one.
    const here = boxes.indexOf(box);
    if (event.shiftKey && anchor !== null) {
      const [from, to] = [Math.min(anchor, here), Math.max(anchor, here)];
      for (const one of boxes.slice(from, to + 1)) if (!one.closest("tbody").hidden) one.checked = box.checked;
    }
    anchor = here;
    counted();
  });
  window.addEventListener("pageshow", counted);
  if (foldAll) foldAll.hidden = folds.length < 2;
  showFolds();
  counted();

  // ---- tags in place ----
  function showTags(form, tags) {
    const summary = form.closest("details").querySelector("summary");
    const shown = tags.length ? tags : ["+ tag"];
    summary.replaceChildren(...shown.map((word) => {
      const tag = document.createElement("span");
      tag.className = tags.length ? "tag" : "tag none";
      const text = document.createElement("bdi");
      text.textContent = word;
      tag.append(text);
      return tag;
    }));
    const run = form.closest("tr").dataset.run;
    summary.setAttribute("aria-label", `Tags of run ${run}: ${tags.join(", ") || "none"}. Change them`);
    form.elements.tags.value = tags.join(", ");
    form.closest("details").open = false;
    summary.focus();
  }
  table.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-tagging]");
    if (!form) return;
    event.preventDefault();
    const field = form.elements.tags;
    let answer;
    try {
      answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
    } catch {
      field.setCustomValidity("The server does not answer; the tags are not kept yet.");
      field.reportValidity();
      return;
    }
    const said = await answer.json().catch(() => ({ problem: "The tags could not be kept." }));
    if (answer.ok) { showTags(form, said.tags); return; }
    field.setCustomValidity(said.problem || "The tags could not be kept.");
    field.reportValidity();
  });
  table.addEventListener("input", (event) => { if (event.target.name === "tags") event.target.setCustomValidity(""); });

  // ---- what moves ----
  function part(row, name) { return row.querySelector(`[data-of="${name}"]`); }
  function put(node, text) { if (node && node.textContent !== text) node.textContent = text; }
  function show(said) {
    const row = rows.get(said.id);
    if (!row) return;
    row.dataset.status = said.status;
    const state = part(row, "state");
    if (state) { state.className = `state state-${said.status}`; put(state, said.status); }
    const done = part(row, "done");
    if (done) { done.value = said.done; done.max = said.total; }
    put(part(row, "steps"), said.steps);
    const eta = part(row, "eta");
    if (eta) { put(eta, said.eta ? `${said.eta} left` : ""); eta.hidden = !said.eta; }
    put(part(row, "duration"), said.duration || "–");
    const why = part(row, "why");
    if (why) { put(why, said.why); why.hidden = !said.why; why.className = `${said.status === "failed" ? "why" : "hint"} wrap-any`; }
    const headline = part(row, "headline");
    if (headline && said.path) {
      headline.hidden = false;
      headline.closest("td").classList.remove("nothing");
      headline.querySelector("path").setAttribute("d", said.path);
      headline.querySelector("svg").setAttribute("aria-label", `${said.label}, last value ${said.last || "not defined"}`);
      put(headline.querySelector("b"), said.last);
    }
  }
  function news(newer) {
    const line = document.getElementById("runs-news");
    line.hidden = newer === 0;
    put(line.querySelector("a"), newer === 1 ? "1 new run: show it" : `${newer} new runs: show them`);
  }
  let waiting = 0;
  async function look() {
    window.clearTimeout(waiting);
    const going = [...rows].filter(([, row]) => !over.has(row.dataset.status)).map(([id]) => id);
    if (!document.hidden) {
      const asked = new URLSearchParams(table.dataset.query);
      asked.set("ids", going.join(","));
      asked.set("after", table.dataset.after);
      try {
        const answer = await fetch(`${table.dataset.live}?${asked}`, { headers: { "HX-Request": "true" } });
        if (answer.status === 401) { window.location.assign(answer.headers.get("HX-Redirect") || "/"); return; }
        if (answer.ok) {
          const said = await answer.json();
          for (const one of said.rows) show(one);
          news(said.newer);
        }
      } catch { /* The server is away for a moment: what is shown stays, and is asked for again. */ }
      waiting = window.setTimeout(look, going.length ? SOON : LATER);
    }
  }
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
  waiting = window.setTimeout(look, SOON);
})();
