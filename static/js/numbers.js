// Numbers as every page writes them, and colours as the stylesheet has them.
"use strict";

window.sociarium = window.sociarium || {};

(() => {
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  // At most three significant digits where numbers change live; thin spaces between thousands.
  function short(value) {
    if (value === null || value === undefined) return "–";
    if (value === 0) return "0";
    const size = Math.abs(value);
    if (size >= 1e6) return `${(value / 1e6).toPrecision(3)}\u2009M`;
    if (Number.isInteger(value) || size >= 1000) return Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, "\u2009").replace("-", "−");
    const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.01 ? 2 : 3;
    return value.toFixed(digits).replace("-", "−");
  }

  Object.assign(window.sociarium, { short, css });
})();
