// The form of a new experiment: arms are added and removed, values take the shape of their field, and what the
// design comes to is counted at once and forecast a moment later.
"use strict";

(() => {
  const form = document.getElementById("design");
  if (!form) return;
  const arms = form.querySelector(".arms");
  const preview = document.getElementById("preview");
  const count = document.getElementById("live-count");
  const WAIT = 500;
  let timer = 0;
  let newest = 0;
  let serial = 100; // names of added arms only have to differ

  const fields = () => JSON.parse(document.getElementById("arm-fields")?.textContent || "{}");

  // --- arms ---------------------------------------------------------------------------------------------------

  function number() {
    [...arms.querySelectorAll("[data-arm]")].forEach((arm, place) => {
      arm.querySelector(".arm-role").textContent = place === 0 ? "control" : "";
      arm.querySelector(".arm-dot").className = `arm-dot ink-${(place % 6) + 1}`;
      const remove = arm.querySelector("[data-remove-arm]");
      remove.hidden = arms.querySelectorAll("[data-arm]").length < 2;
      arm.querySelector("legend").textContent = `Arm ${place + 1}`;
    });
    counted();
  }

  function addArm() {
    const made = document.getElementById("arm-template").content.firstElementChild.cloneNode(true);
    serial += 1;
    made.id = `x-arm-${serial}`;
    const place = arms.querySelectorAll("[data-arm]").length;
    // The server reads arms by the order of their numbers.
    const free = 1 + Math.max(-1, ...[...arms.querySelectorAll('[name$="-name"]')].map((input) => Number(input.name.split("-")[1])));
    for (const input of made.querySelectorAll("[name]")) input.name = input.name.replace("arm-N-", `arm-${free}-`);
    arms.append(made);
    number();
    made.querySelector('[name$="-name"]').focus();
    return place;
  }

  // There is always one empty pair at the end of an arm.
  function room(arm) {
    const pairs = [...arm.querySelectorAll("[data-pair]")];
    if (pairs[pairs.length - 1].querySelector('[name$="-path"]').value === "") return;
    const more = pairs[0].cloneNode(true);
    const value = more.querySelector('[name$="-value"]');
    value.replaceWith(box(value.name, null, ""));
    more.querySelector('[name$="-path"]').value = "";
    more.querySelector(".pair-help").textContent = "";
    delete more.dataset.shaped;
    pairs[pairs.length - 1].after(more);
  }

  function box(name, field, value) {
    const choice = field && field.options.length;
    const made = document.createElement(choice ? "select" : "input");
    made.name = name;
    made.setAttribute("aria-label", "Value");
    if (choice) {
      const known = field.options.includes(value) ? field.options : [value, ...field.options];
      for (const option of known) made.append(new Option(option, option, false, option === value));
    } else {
      Object.assign(made, { value, maxLength: 2000, placeholder: "value", autocomplete: "off" });
      if (field && (field.kind === "integer" || field.kind === "number")) made.inputMode = field.kind === "integer" ? "numeric" : "decimal";
    }
    return made;
  }

  // The value takes the shape of what the field holds, beginning with what the scenario has there.
  function shape(pair, keep) {
    const path = pair.querySelector('[name$="-path"]').value.trim();
    const value = pair.querySelector('[name$="-value"]');
    const field = fields()[path];
    // A box that somebody is about to type into must not be taken from under them.
    if (!keep && pair.dataset.shaped === path) return;
    pair.dataset.shaped = path;
    // What was filled in for another field goes; what was typed stays.
    const typed = value.value !== "" && value.value !== value.dataset.filled;
    const held = keep || typed ? value.value : field ? field.value : "";
    const made = box(value.name, field, held);
    if (!keep && !typed) made.dataset.filled = held;
    if (field || value.options) value.replaceWith(made);
    pair.querySelector(".pair-help").textContent = field ? `now ${field.value.slice(0, 80)}. ${field.help}` : path && Object.keys(fields()).length ? "Not a single field of this scenario; checked when it is forecast." : "";
  }

  // --- what it comes to ---------------------------------------------------------------------------------------

  function counted() {
    const many = arms.querySelectorAll("[data-arm]").length;
    const each = Number(form.elements.replicates.value);
    count.hidden = !Number.isInteger(each) || each < 1;
    count.textContent = `${many} arm${many === 1 ? "" : "s"} × ${each} replicate${each === 1 ? "" : "s"} = ${many * each} runs`;
  }

  function soon() {
    counted();
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  }

  async function ask() {
    if (!form.elements.scenario.value) return;
    newest += 1;
    const mine = newest;
    preview.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.dataset.preview, { method: "POST", body: new FormData(form) });
      const text = await answer.text();
      if (mine !== newest) return;
      if (!answer.ok) throw new Error(String(answer.status));
      preview.innerHTML = text;
      count.hidden = preview.querySelector(".preview-count") !== null;
    } catch {
      if (mine === newest) preview.textContent = "What the runs will take could not be asked.";
    } finally {
      if (mine === newest) preview.removeAttribute("aria-busy");
    }
  }

  async function base() {
    const place = document.getElementById("base-metrics");
    const answer = await fetch(`${form.dataset.base}?scenario=${encodeURIComponent(form.elements.scenario.value)}`);
    if (!answer.ok) return;
    place.innerHTML = await answer.text();
    for (const pair of arms.querySelectorAll("[data-pair]")) shape(pair, true);
    soon();
  }

  form.addEventListener("input", (event) => {
    if (event.target.name?.endsWith("-path")) {
      room(event.target.closest("[data-arm]"));
      if (fields()[event.target.value.trim()]) shape(event.target.closest("[data-pair]"), false);
    }
    soon();
  });
  form.addEventListener("change", (event) => {
    if (event.target.name === "scenario") base();
    if (event.target.name?.endsWith("-path")) shape(event.target.closest("[data-pair]"), false);
  });
  form.addEventListener("click", (event) => {
    if (event.target.closest("[data-add-arm]")) addArm();
    const remove = event.target.closest("[data-remove-arm]");
    if (remove) { remove.closest("[data-arm]").remove(); number(); soon(); }
  });
  form.querySelector("[data-add-arm]").hidden = false;
  for (const pair of arms.querySelectorAll("[data-pair]")) shape(pair, true);
  number();
  ask();
})();
