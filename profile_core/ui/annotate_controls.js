// The desk's controls: the keyboard, the list of cells, and what was said of them.
// Every key press becomes an event that names the item (and cells) that were on the screen; events
// are sent until Python has acknowledged them, so that none is lost or done twice, however fast
// they come. What has been sent is laid over what Python last said.

const TYPED = { count: /^\d+$/, ratio: /^(\d*[.,]?\d+\s*%?|\d+\s*\/\s*\d+)$/, number: /^[-−]?\d*[.,]?\d+$/ };
const PATIENCE = 400; // Milliseconds before waiting is worth a word,
const TROUBLE = 4000; // and before it is worth a worry.

// What has not been acknowledged outlives the controls, which go when the connection does.
// So does the cell that was left, for who comes back to the item from its facts.
const kept = { whose: null, epoch: null, events: [], item: null, place: 0, kind: null };

export default function ({ data, parentElement, setStateValue }) {
  const desk = (parentElement.desk ??= new Desk(parentElement));
  desk.show(data, setStateValue);
  return () => {
    desk.close();
    delete parentElement.desk;
  };
}

class Desk extends Drawing {
  constructor(parent) {
    super();
    this.outstanding = [];
    this.sent = 0;
    this.pending = new Map();
    this.current = 0;
    this.strength = 0;
    this.root = element("div", { class: "pf-desk", tabIndex: -1 });
    parent.append(this.root);
    this.onKey = (event) => this.key(event);
    this.onLeave = (event) => this.outstanding.length && event.preventDefault();
    document.addEventListener("keydown", this.onKey);
    window.addEventListener("beforeunload", this.onLeave);
  }

  close() {
    document.removeEventListener("keydown", this.onKey);
    window.removeEventListener("beforeunload", this.onLeave);
    this.waits?.forEach(clearTimeout);
    this.root.remove();
  }

  // What Python says is so; what it has not acknowledged yet is laid over it.
  show(data, setStateValue) {
    const isOther = this.data?.item !== data.item || this.data?.kind !== data.kind;
    const isFirst = !this.data;
    const hadFocus = !this.data || this.root.contains(document.activeElement);
    this.data = data;
    this.setStateValue = setStateValue;
    this.sent = Math.max(this.sent, data.acked);
    this.reconcile(isFirst);
    this.since = this.outstanding.length ? performance.now() : null;
    for (const [cell, made] of this.pending) if (!this.isOut(made.n)) this.pending.delete(cell);
    if (isOther) {
      this.pending.clear();
      this.complaint = "";
      this.note = "";
      this.strength = data.strength ?? 0;
      const isBack = kept.kind === "facts" && kept.item === data.item && kept.place < data.cells.length;
      this.current = isBack ? kept.place : Math.max(0, data.cells.findIndex((cell) => !cell.own));
    }
    kept.kind = data.kind;
    const isTurned = this.goBack();
    // What somebody is typing into stays in its place as long as it is the same item.
    if (isOther || isTurned || this.shape !== this.shapeOf(data)) this.build();
    else this.refresh();
    if (hadFocus || isOther) this.takeFocus();
  }

  // After an undoing, to the cell whose label was taken back, once; tells whether that is on the
  // side of the other response.
  goBack() {
    const { backTo, cells } = this.data;
    if (!backTo || kept.token === backTo.token) return false;
    kept.token = backTo.token;
    const place = cells.findIndex(({ response, factor }) => response === backTo.response && factor === backTo.factor);
    if (place < 0) return false;
    const isTurned = cells[place].side !== cells[this.current]?.side;
    this.current = place;
    Object.assign(kept, { item: this.data.item, place });
    return isTurned;
  }

  shapeOf({ cells, isBlind }) {
    return JSON.stringify([isBlind, cells.map(({ response, factor, automatic }) => [response, factor, automatic])]);
  }

  // A session that is not the one that was told hears it again; but only of the same person's work.
  reconcile(isFirst) {
    const { whose, epoch, acked } = this.data;
    if (String(kept.whose) !== String(whose)) kept.events = [];
    const isNewSession = kept.epoch !== epoch;
    this.outstanding = isNewSession
      ? kept.events.map((event, place) => ({ ...event, n: acked + place + 1 }))
      : kept.events.filter((event) => event.n > acked);
    this.sent = Math.max(this.sent, acked + (isNewSession ? this.outstanding.length : 0));
    Object.assign(kept, { whose, epoch, events: this.outstanding });
    if (this.outstanding.length && (isNewSession || isFirst)) this.deliver();
  }

  isOut(n) {
    return this.outstanding.some((event) => event.n === n);
  }

  get isLeaving() {
    return this.outstanding.some((event) => event.finishes);
  }

  // ------------------------------------------------------------------ sending

  send(event) {
    const n = ++this.sent;
    this.outstanding.push({ ...event, n, item: this.data.item });
    this.deliver();
    this.since ??= performance.now();
    this.waits = [PATIENCE, TROUBLE].map((time) => setTimeout(() => this.paint(), time + 1));
    this.paint();
    return n;
  }

  deliver() {
    kept.events = this.outstanding;
    this.setStateValue("events", { epoch: this.data.epoch, list: this.outstanding });
  }

  finish(event) {
    if (this.isLeaving) return;
    this.send({ ...event, note: this.note || null, finishes: true });
    this.note = "";
    this.paint();
  }

  label(places, say) {
    if (this.isLeaving || !places.length) return;
    // Which label an undoing takes back is known only when it is done.
    if (this.outstanding.some((event) => event.act === "undo")) return this.complain("Nothing was saved: the undoing was not done yet. Give it again.");
    const labels = places.map((place) => {
      const { response, factor } = this.data.cells[place];
      const { action, value } = say(this.data.cells[place]);
      return { response, factor, action, value: value ?? null, note: places.length === 1 ? this.note || null : null };
    });
    const left = this.toDo().filter((place) => !places.includes(place));
    const n = this.send({ act: "label", labels, finishes: !left.length && !this.data.isFinished });
    places.forEach((place, at) => this.pending.set(place, { n, ...labels[at] }));
    if (places.length === 1) this.note = "";
    this.complaint = "";
    const next = left.find((place) => place > this.current) ?? left[0];
    if (next !== undefined) this.move(next);
    this.paint();
    this.takeFocus();
  }

  toDo() {
    return this.data.cells.flatMap((cell, place) => (cell.own || this.pending.has(place) ? [] : [place]));
  }

  // ------------------------------------------------------------------ what keys and buttons do

  perform(key) {
    const cell = this.data.cells[this.current];
    const acts = {
      a: () => this.acceptAll(),
      enter: () => this.confirm(cell),
      n: () => this.label([this.current], () => ({ action: "correct" })),
      x: () => (this.isPreference ? this.choose(null) : this.label([this.current], () => ({ action: "cannot_tell" }))),
      s: () => this.finish({ act: "skip" }),
      f: () => this.finish({ act: "flag" }),
      v: () => this.finish({ act: "save" }),
      b: () => this.send({ act: "side" }),
      m: () => this.noteField.focus(),
      u: () => this.send({ act: "undo" }),
      o: () => this.send({ act: "reopen" }),
      g: () => this.send({ act: "guideline", factor: cell?.factor ?? null, response: cell?.response ?? null }),
      t: () => (!cell || cell.hasFacts) && this.send({ act: "facts", response: cell?.response ?? null }),
      h: () => (this.help.open ? this.help.close() : this.help.showModal()),
      "[": () => this.send({ act: "step", by: -1 }),
      "]": () => this.send({ act: "step", by: 1 }),
    };
    acts[key]?.();
  }

  get isPreference() {
    return this.data.kind === "preference";
  }

  acceptAll() {
    const places = this.toDo().filter((place) => this.data.cells[place].hasAutomatic);
    if (this.isLeaving) return;
    if (places.length) this.label(places, () => ({ action: "accept" }));
    else if (!this.toDo().length) this.complain("Nothing is left to accept in this item.");
    else this.complain("What is left has no automatic value to accept: give one.");
  }

  confirm(cell) {
    if (!cell) return;
    if (this.pending.has(this.current) || cell.own) this.move(this.toDo()[0] ?? this.current);
    else if (cell.hasAutomatic) this.label([this.current], () => ({ action: "accept" }));
    else this.complain(`${cell.title} has no automatic value to accept: give one.`);
    this.takeFocus();
  }

  choose(choice) {
    if (this.isLeaving) return;
    this.finish({ act: "prefer", choice, strength: choice && choice !== "tie" ? this.strength || null : null });
  }

  digit(typed) {
    if (this.isPreference) {
      if ("012".includes(typed)) this.choose(["tie", "first", "second"][Number(typed)]);
      return;
    }
    const cell = this.data.cells[this.current];
    if (!cell) return;
    if (!cell.points.length) this.type(typed);
    else if (cell.points.includes(Number(typed))) this.give(Number(typed));
    else this.complain(`${cell.title} takes ${cell.points[0]} to ${cell.points.at(-1)}.`);
  }

  give(value) {
    this.label([this.current], () => ({ action: "correct", value }));
  }

  step(by) {
    if (this.isPreference) {
      this.strength = Math.min(3, Math.max(0, this.strength + by));
      this.paint();
      return;
    }
    const cell = this.data.cells[this.current];
    if (cell?.kind !== "count") return;
    const typed = Number.parseInt(this.field.value, 10);
    const from = Number.isNaN(typed) ? cell.own?.value ?? cell.automatic ?? 0 : typed;
    this.type(String(Math.max(0, from + by)), true);
  }

  type(text, replace = false) {
    this.field.value = replace ? text : this.field.value + text;
    this.field.focus({ preventScroll: true });
  }

  giveTyped() {
    const cell = this.data.cells[this.current];
    const typed = this.field.value.trim();
    if (!typed) return true;
    const value = TYPED[cell.kind].test(typed) ? read(typed) : NaN;
    if (Number.isNaN(value) || (cell.kind === "ratio" && value > 1)) {
      this.complain(`“${typed}” is not ${EXPECTED[cell.kind]}; nothing was saved.`);
      return false;
    }
    this.field.value = "";
    this.give(value);
    return true;
  }

  complain(sentence) {
    this.complaint = sentence;
    this.paint();
  }

  // ------------------------------------------------------------------ moving

  move(place) {
    if (place < 0 || place >= this.data.cells.length) return;
    const isOther = this.data.cells[place].side !== this.data.cells[this.current].side;
    this.current = place;
    Object.assign(kept, { item: this.data.item, place });
    this.complaint = "";
    if (isOther) this.build();
    else this.paint();
  }

  turn(side) {
    const { factor } = this.data.cells[this.current];
    const place = this.data.cells.findIndex((cell) => cell.side === side && cell.factor === factor);
    if (place >= 0) this.move(place);
    this.takeFocus();
  }

  takeFocus() {
    const target = this.rows[this.current]?.button ?? this.root;
    if (!isTyping(document.activeElement)) target?.focus({ preventScroll: true });
    const row = this.rows[this.current]?.row;
    if (!row) return;
    const above = row.offsetTop - this.list.scrollTop - this.list.offsetTop;
    if (above < 40) this.list.scrollTop += above - 40;
    const below = above + row.offsetHeight - this.list.clientHeight;
    if (below > 0) this.list.scrollTop += below;
  }

  scrollText(by) {
    const pane = [...document.querySelectorAll(".pf-item-text")].find((found) => found.offsetParent);
    pane?.scrollBy({ top: by * pane.clientHeight * 0.85 });
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (this.help.open) {
      if (event.key.toLowerCase() === "h") this.help.close();
      return;
    }
    if (isTyping(event.target) || document.querySelector('[role="dialog"]')) return;
    const key = event.key.toLowerCase();
    const onOther = event.target.closest?.("button, a, summary, [role=button], [role=tab], [role=radio]");
    const isOnCell = onOther?.dataset.cell !== undefined;
    if ((key === "enter" || key === " " || key.startsWith("arrow")) && onOther && !isOnCell) {
      if (!key.startsWith("arrow") || !this.root.contains(onOther)) return;
    }
    const done = this.keyed(key, event);
    if (done) event.preventDefault();
  }

  keyed(key, event) {
    const moves = {
      arrowdown: () => this.move(this.current + 1),
      arrowup: () => this.move(this.current - 1),
      arrowright: () => this.turn(1),
      arrowleft: () => this.turn(0),
      pagedown: () => this.scrollText(1),
      pageup: () => this.scrollText(-1),
      "+": () => this.step(1),
      "=": () => this.step(1),
      "-": () => this.step(-1),
      "−": () => this.step(-1),
    };
    const isUsed = key.startsWith("page") || this.data.cells.length > 0;
    if (key in moves && (isUsed || (this.isPreference && !key.startsWith("arrow")))) {
      moves[key]();
      if (key.startsWith("arrow")) this.takeFocus();
      return true;
    }
    if (/^\d$/.test(key) && (this.isPreference || this.data.cells.length)) {
      if (!event.repeat) this.digit(key);
      return true;
    }
    if (event.repeat || !this.data.keys.some((entry) => entry.key === key)) return false;
    this.perform(key);
    return true;
  }
}

function isTyping(target) {
  return Boolean(target?.closest?.("input, textarea, select, [contenteditable=true]"));
}

function read(typed) {
  const plain = typed.replace("−", "-").replace(",", ".");
  if (plain.includes("/")) {
    const [part, whole] = plain.split("/").map(Number);
    return whole ? part / whole : NaN;
  }
  return plain.endsWith("%") ? Number.parseFloat(plain) / 100 : Number(plain);
}
