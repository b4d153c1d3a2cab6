// Zoom by the keyboard, for all line charts of a page at once: around the step that is shown, as a drag does by hand.
"use strict";

(() => {
  const { charts, time, unzoom } = window.sociarium;
  const LEAST = 10; // steps in sight, as many as a chart shows at least

  // factor: of the width in steps, below 1 for a closer look.
  function zoomBy(factor) {
    const drawn = [...charts].filter((chart) => chart.plot);
    if (!drawn.length) return;
    const { min, max } = drawn[0].plot.scales.x;
    const [first, last] = [drawn[0].data[0][0], drawn[0].data[0].at(-1)];
    const width = Math.max(LEAST, (max - min) * factor);
    if (width >= last - first) { unzoom(); return; }
    const middle = Math.min(max, Math.max(min, time.at ?? last));
    const low = Math.min(Math.max(first, middle - width / 2), last - width);
    for (const { plot } of drawn) {
      plot.zoomedByHand = true;
      plot.setScale("x", { min: low, max: low + width });
    }
    document.dispatchEvent(new CustomEvent("sociarium:zoom", { detail: true }));
  }

  window.sociarium.zoomBy = zoomBy;
})();
