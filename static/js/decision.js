// The whole record of a decision: another step on the slider is another record, at an address of its own.
"use strict";

(() => {
  const REST = 250; // ms without a move until the other record is opened
  const { steps } = document.getElementById("decision-whole").dataset;
  let soon = 0;
  document.addEventListener("sociarium:at", (event) => {
    clearTimeout(soon);
    // Replaced, not pushed: going back leaves the record, as a person who came from a list expects.
    const step = Math.max(1, event.detail.at ?? window.sociarium.time.newest);
    soon = setTimeout(() => location.replace(steps.replace(/0\/$/, `${step}/`)), REST);
  });
})();
