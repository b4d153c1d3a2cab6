// What a hand does to a drawing: pan, zoom, pinch, point, choose, lasso; by mouse, touch and keyboard.
"use strict";

window.sociarium = window.sociarium || {};

(() => {
  const NEAR = 8; // pixels within which a node counts as pointed at
  const MOST_CORNERS = 300;

  class GraphHand {
    // stage: the element around the canvas. hooks: point(node, x, y), choose(node), lasso(corners), lassoing(on).
    constructor(picture, finder, stage, hooks) {
      Object.assign(this, { picture, finder, stage, hooks, canvas: picture.canvas });
      this.pointers = new Map();
      this.drawing = false; // the lasso is in the hand
      this.corners = [];
      this.outline = stage.querySelector("polygon");
      const { canvas } = this;
      canvas.addEventListener("pointerdown", (event) => this.down(event));
      canvas.addEventListener("pointermove", (event) => this.move(event));
      for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, (event) => this.up(event));
      canvas.addEventListener("pointerleave", () => { if (!this.pointers.size) hooks.point(-1); });
      canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
      canvas.addEventListener("keydown", (event) => this.key(event));
      canvas.addEventListener("dblclick", (event) => { const [x, y] = this.at(event); this.zoom(2, x, y); });
    }

    at(event) {
      const box = this.canvas.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    }

    nodeAt(x, y) {
      const { picture, finder } = this;
      const [wx, wy] = picture.toWorld(x, y);
      const grow = picture.growth() / 2 / picture.camera.zoom;
      return finder.near(wx, wy, NEAR / picture.camera.zoom + 12 * grow, (i) => picture.sizes[i] * grow);
    }

    setLasso(on) {
      this.drawing = on;
      this.corners = [];
      this.stage.classList.toggle("net-lassoing", on);
      if (on) this.outline.removeAttribute("points");
      this.hooks.lassoing(on);
    }

    showCorners(world) {
      this.world = world;
      if (!world.length) { this.outline.removeAttribute("points"); return; }
      this.outline.setAttribute("points", world.map(([x, y]) => this.picture.toScreen(x, y).map((v) => v.toFixed(1)).join(",")).join(" "));
    }

    down(event) {
      if (event.button) return;
      this.canvas.setPointerCapture(event.pointerId);
      const [x, y] = this.at(event);
      this.pointers.set(event.pointerId, { x, y, startX: x, startY: y });
      if ((this.drawing || event.shiftKey) && this.pointers.size === 1) {
        if (!this.drawing) this.setLasso(true);
        this.corners = [this.picture.toWorld(x, y)];
      } else this.corners = [];
    }

    move(event) {
      const [x, y] = this.at(event);
      const held = this.pointers.get(event.pointerId);
      if (!held) {
        if (event.pointerType !== "touch" && !this.drawing) this.hooks.point(this.nodeAt(x, y), x, y);
        return;
      }
      if (this.corners.length) {
        if (Math.hypot(x - held.x, y - held.y) < 3) return;
        Object.assign(held, { x, y });
        this.corners.push(this.picture.toWorld(x, y));
        this.showCorners(this.corners);
        return;
      }
      const others = [...this.pointers.entries()].filter(([id]) => id !== event.pointerId);
      if (others.length) {
        const [, other] = others[0];
        const before = Math.hypot(held.x - other.x, held.y - other.y);
        const after = Math.hypot(x - other.x, y - other.y);
        this.zoom(after / Math.max(before, 1), (x + other.x) / 2, (y + other.y) / 2);
      }
      this.pan((x - held.x) / (others.length ? 2 : 1), (y - held.y) / (others.length ? 2 : 1));
      Object.assign(held, { x, y });
    }

    up(event) {
      const held = this.pointers.get(event.pointerId);
      this.pointers.delete(event.pointerId);
      if (!held) return;
      if (this.corners.length) {
        const corners = this.thinned(this.corners);
        this.setLasso(false);
        this.showCorners(corners);
        if (event.type === "pointerup" && corners.length > 2) this.hooks.lasso(corners);
        else this.showCorners([]);
        return;
      }
      if (event.type === "pointerup" && Math.hypot(held.x - held.startX, held.y - held.startY) < 5) this.hooks.choose(this.nodeAt(held.x, held.y));
    }

    thinned(corners) {
      const every = Math.ceil(corners.length / MOST_CORNERS);
      return corners.filter((_, i) => i % every === 0);
    }

    wheel(event) {
      event.preventDefault();
      const [x, y] = this.at(event);
      const pixels = event.deltaMode === 1 ? 16 * event.deltaY : event.deltaY;
      this.zoom(Math.exp(-Math.max(-200, Math.min(200, pixels)) / 400), x, y);
    }

    key(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const step = 60;
      const keys = {
        ArrowLeft: () => this.pan(step, 0), ArrowRight: () => this.pan(-step, 0), ArrowUp: () => this.pan(0, step), ArrowDown: () => this.pan(0, -step),
        "+": () => this.zoom(1.4), "=": () => this.zoom(1.4), "-": () => this.zoom(1 / 1.4), 0: () => this.picture.fit(),
        n: () => this.hooks.walk(1), p: () => this.hooks.walk(-1), l: () => this.setLasso(!this.drawing),
        Enter: () => this.hooks.open(), Escape: () => { this.setLasso(false); this.hooks.choose(-1); },
      };
      const act = keys[event.key] || keys[event.key.toLowerCase()];
      if (!act) return;
      event.preventDefault();
      event.stopPropagation(); // a run has keys of its own
      act();
    }

    pan(dx, dy) {
      const { camera } = this.picture;
      camera.x -= dx / camera.zoom;
      camera.y += dy / camera.zoom;
      this.picture.drawSoon();
    }

    // By a factor about a point of the screen, the middle where none is given.
    zoom(factor, x = this.canvas.clientWidth / 2, y = this.canvas.clientHeight / 2) {
      const { picture } = this;
      const [wx, wy] = picture.toWorld(x, y);
      picture.camera.zoom = Math.min(400 * picture.fitted, Math.max(picture.fitted / 4, picture.camera.zoom * factor));
      const [nx, ny] = picture.toWorld(x, y);
      picture.camera.x += wx - nx;
      picture.camera.y += wy - ny;
      picture.drawSoon();
    }
  }

  // Whether a place is inside a closed outline (even-odd), as the server counts.
  function inside(corners, x, y) {
    let odd = false;
    for (let i = 0, j = corners.length - 1; i < corners.length; j = i, i += 1) {
      const [x1, y1] = corners[j];
      const [x2, y2] = corners[i];
      if ((y1 > y) !== (y2 > y) && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) odd = !odd;
    }
    return odd;
  }

  Object.assign(window.sociarium, { GraphHand, inside });
})();
