// The scenario studio: asks the server while somebody types. Faults stand beside their inputs and are counted on top;
// the preview is drawn anew. Newer questions cancel older ones. Without a script the same is said when saving.
"use strict";

(() => {
  const form = document.getElementById("studio");
  if (!form) return;
  const yaml = document.getElementById("yaml");
  const faultsBox = document.getElementById("faults");
  const previewBox = document.getElementById("preview");
  const state = { check: document.getElementById("check-state"), preview: document.getElementById("preview-state") };

  // Everything but files: a body of texts.
  function typed() {
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string") body.append(name, value);
    return body;
  }

  // One question at a time of each kind; returns null when a newer one was asked meanwhile.
  function asker(address) {
    let running = null;
    return async (kind) => {
      running?.abort();
      const mine = (running = new AbortController());
      const late = setTimeout(() => mine.abort("late"), 20000);
      try {
        const answer = await fetch(address, {
          method: "POST", body: typed(), signal: mine.signal, headers: { "X-Requested-With": "fetch", Accept: kind },
        });
        if (!answer.ok && answer.status !== 422) throw new Error(`${answer.status}`);
        return await (kind === "application/json" ? answer.json() : answer.text());
      } catch (problem) {
        if (running !== mine) return null;
        throw problem;
      } finally {
        clearTimeout(late);
      }
    };
  }

  const askCheck = asker(form.dataset.check);
  const askPreview = asker(form.dataset.preview);

  // ---- faults beside their inputs -------------------------------------------------------------------------------

  function rowOf(id) {
    const input = document.getElementById(id);
    if (!input || id === "content") return null;
    return { input, home: input.matches("details, fieldset, section, .items") ? input : input.closest(".row") || input };
  }

  function clearFaults() {
    for (const said of form.querySelectorAll(".studio-main .fault")) said.remove();
    for (const row of form.querySelectorAll(".studio-main .wrong")) row.classList.remove("wrong");
    for (const input of form.querySelectorAll(".studio-main [aria-invalid]")) {
      input.removeAttribute("aria-invalid");
      input.removeAttribute("aria-describedby");
    }
    for (const count of form.querySelectorAll("b.count")) count.hidden = true;
  }

  function showFault(fault) {
    const found = rowOf(fault.at);
    if (!found || found.input === yaml) return;
    const { input, home } = found;
    let said = document.getElementById(`${fault.at}-fault`);
    if (!said) {
      said = document.createElement("div");
      said.className = "fault";
      said.id = `${fault.at}-fault`;
      if (home.matches("details")) home.querySelector("summary").after(said);
      else if (home.matches("fieldset.item")) home.querySelector("legend").after(said);
      else if (home.matches("h2")) home.closest(".section-title").after(said);
      else home.append(said);
    }
    const line = document.createElement("p");
    line.textContent = fault.said;
    line.dir = "auto";
    said.append(line);
    home.classList.add("wrong");
    if (input.matches("input, select, textarea")) {
      input.setAttribute("aria-invalid", "true");
      input.setAttribute("aria-describedby", said.id);
    }
    for (let outer = home; outer && outer !== form; outer = outer.parentElement) {
      if (outer.matches("details") && !outer.open && !outer.contains(document.activeElement)) outer.open = true;
    }
  }

  function showFaults(answer) {
    const focused = document.activeElement;
    const before = focused.getBoundingClientRect().top;
    clearFaults();
    const list = faultsBox.querySelector("ul");
    list.replaceChildren();
    const sections = new Map();
    for (const fault of answer.faults) {
      showFault(fault);
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = `#${fault.at}`;
      link.textContent = fault.said;
      item.append(link);
      item.dir = "auto";
      list.append(item);
      const section = document.getElementById(fault.at)?.closest(".form-section");
      if (section) sections.set(section.id, (sections.get(section.id) || 0) + 1);
    }
    for (const [id, number] of sections) {
      const count = form.querySelector(`[data-count-of="${CSS.escape(id)}"]`);
      if (count) { count.textContent = number; count.hidden = false; }
    }
    const n = answer.faults.length;
    faultsBox.hidden = !n;
    faultsBox.removeAttribute("role");
    const words = `${n} fault${n === 1 ? "" : "s"} in the document.`;
    document.getElementById("faults-count").textContent = `${words} It cannot be saved like this.`;
    state.check.textContent = n ? words : "No faults";
    state.check.classList.toggle("is-bad", n > 0);
    // What somebody types in stays where it is on the screen when the box above comes or goes.
    if (form.contains(focused)) window.scrollBy(0, focused.getBoundingClientRect().top - before);
    if (yaml) { if (n) yaml.setAttribute("aria-invalid", "true"); else yaml.removeAttribute("aria-invalid"); }
    return n;
  }

  // ---- asking ----------------------------------------------------------------------------------------------------

  let timer = 0;
  let asked = 0;

  async function ask(first) {
    const mine = ++asked;
    try {
      if (!first) {
        state.check.textContent = "Checking…";
        const answer = await askCheck("application/json");
        if (answer === null || mine !== asked) return;
        if (showFaults(answer)) { previewBox.classList.add("is-old"); state.preview.textContent = "as it was before the faults"; return; }
      }
      state.preview.textContent = "drawing…";
      previewBox.setAttribute("aria-busy", "true");
      const drawn = await askPreview("text/html");
      if (drawn === null || mine !== asked) return;
      const opened = [...previewBox.querySelectorAll("details")].map((one) => one.open);
      previewBox.innerHTML = drawn;
      previewBox.querySelectorAll("details").forEach((one, i) => { one.open = Boolean(opened[i]); });
      previewBox.classList.remove("is-old");
      state.preview.textContent = "";
    } catch {
      if (mine !== asked) return;
      state.check.textContent = first ? "" : "Not checked: the server did not answer. Saving checks as well.";
      state.preview.textContent = "not drawn: the server did not answer";
    } finally {
      if (mine === asked) previewBox.removeAttribute("aria-busy");
    }
  }

  function soon(event) {
    const name = event.target.name || "";
    if (event.target.type === "file" || name.startsWith("tier-") || name.endsWith(".add") || name === "all-settings") return;
    if (name.startsWith("run-") && name !== "run-seed") return;
    clearTimeout(timer);
    timer = setTimeout(ask, event.type === "change" ? 50 : 350);
  }

  form.addEventListener("input", soon);
  form.addEventListener("change", (event) => { if (event.target.matches("select, [type=checkbox]")) soon(event); });
  document.addEventListener("sociarium:studio", () => ask());

  // ---- getting to a fault ------------------------------------------------------------------------------------------

  function goToLine(number) {
    const lines = yaml.value.split("\n");
    const start = lines.slice(0, number - 1).reduce((sum, line) => sum + line.length + 1, 0);
    yaml.focus();
    yaml.setSelectionRange(start, start + (lines[number - 1] || "").length);
    const high = parseFloat(getComputedStyle(yaml).lineHeight) || 20;
    yaml.scrollTop = Math.max(0, (number - 4) * high);
    yaml.scrollIntoView({ block: "nearest" });
  }

  faultsBox.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link) return;
    const line = yaml && /\bline (\d+)/i.exec(link.textContent);
    if (line) { event.preventDefault(); goToLine(Number(line[1])); return; }
    const input = document.getElementById(link.hash.slice(1));
    if (!input) return;
    for (let outer = input; outer && outer !== form; outer = outer.parentElement) if (outer.matches("details")) outer.open = true;
    event.preventDefault();
    input.scrollIntoView({ block: "center" });
    input.focus({ preventScroll: true });
  });

  // ---- line numbers beside the text -----------------------------------------------------------------------------

  if (yaml) {
    const gutter = document.createElement("pre");
    gutter.className = "gutter";
    gutter.setAttribute("aria-hidden", "true");
    const box = document.createElement("div");
    box.className = "with-gutter";
    yaml.before(box);
    box.append(gutter, yaml);
    let shown = 0;
    const number = () => {
      const lines = yaml.value.split("\n").length;
      if (lines !== shown) gutter.textContent = Array.from({ length: lines }, (_, i) => i + 1).join("\n");
      shown = lines;
      gutter.scrollTop = yaml.scrollTop;
    };
    yaml.addEventListener("input", number);
    yaml.addEventListener("scroll", () => { gutter.scrollTop = yaml.scrollTop; });
    number();
  }

  // Which settings are shown is a habit of the person, not of the scenario.
  const all = document.getElementById("all-settings");
  if (all) {
    try { if (localStorage.getItem("all-settings") === "1") all.checked = true; } catch { /* private windows */ }
    all.addEventListener("change", () => {
      try { localStorage.setItem("all-settings", all.checked ? "1" : "0"); } catch { /* private windows */ }
    });
  }

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "s") {
      event.preventDefault();
      const save = form.querySelector('button[value="save"]');
      if (save) form.requestSubmit(save);
    }
  });

  // The page comes with its faults; what it lacks is the drawing.
  if (faultsBox.hidden) ask(true);
})();
