// A text with its facts beside it: hovering one side lights up the other, and keys and buttons
// become edits. Text comes from data and is only ever set as textContent or a field's value. Each
// edit names the fact that was on the screen and is sent until Python has acknowledged it, so that
// fast presses keep their order and none is lost or done twice.

const VALUES = [
  { value: true, word: "yes", sign: "✓" },
  { value: false, word: "no", sign: "✗" },
  { value: null, word: "can't tell", sign: "?" },
];
const UNSAID = { value: undefined, word: "not said yet", sign: "–" };
const ACTIONS = [
  ["edit", "Edit", "E"],
  ["split", "Split", "P"],
  ["merge", "Merge with next", "G"],
  ["delete", "Delete", "D"],
];
const CONSUMING = ["delete", "split", "merge"];

// What was sent and not acknowledged, by sheet: it outlives a lost connection.
const outboxes = new Map();
let active = null;

export default function ({ data, parentElement, setStateValue }) {
  const sheet = (parentElement.sheet ??= new Sheet(parentElement));
  sheet.show(data, setStateValue);
  return () => {
    sheet.close();
    delete parentElement.sheet;
  };
}

class Sheet {
  constructor(parent) {
    this.rows = new Map();
    this.editor = new Editor((edit) => this.saved(edit), () => this.closed());
    this.text = element("div", { class: "pf-text pf-spans-text", dir: "auto", tabIndex: 0, role: "group", "aria-label": "Text of the response" });
    this.values = element("dl", { class: "pf-spans-values" });
    this.said = element("p", { class: "pf-spans-said", role: "status" });
    this.count = element("span", { class: "pf-spans-count" });
    this.adding = this.button("Add a fact", "A", () => this.perform("add"));
    const undoing = this.button("Undo", "U", () => this.perform("undo"));
    this.none = element("p", { class: "pf-note" }, "No facts yet: select words in the text, or press A.");
    this.list = element("ol", { class: "pf-spans-list", "aria-label": "Facts" });
    this.context = element("div", { class: "pf-spans-context", tabIndex: 0, role: "group", "aria-label": "Prompt and source text" });
    const tip = element("span", { class: "pf-aside" }, "Select words to add them as a fact");
    const source = element("div", { class: "pf-spans-source" }, element("div", { class: "pf-head" }, "Response", tip), this.text, this.context);
    this.root = element(
      "div",
      { class: "pf-spans" },
      element("div", { class: "pf-spans-outcome" }, this.values, this.said),
      source,
      element("div", {}, element("div", { class: "pf-head" }, this.count, this.adding, undoing), this.none, this.list),
    );
    parent.append(this.root);
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    // Captured, so that its own keys come here before the desk's around it.
    document.addEventListener("keydown", (event) => this.key(event), { signal, capture: true });
    document.addEventListener("selectionchange", () => this.select(), { signal });
    this.root.addEventListener("pointerdown", () => (active = this), { signal });
    this.text.addEventListener("mouseup", () => this.selected(), { signal });
    active = this;
  }

  close() {
    this.listeners.abort();
    this.root.remove();
    if (active === this) active = null;
  }

  // What Python says is so; what it has not acknowledged yet is laid over it.
  show(data, setStateValue) {
    const before = this.data;
    const place = this.place;
    this.data = data;
    this.setStateValue = setStateValue;
    this.receive(!before);
    const known = new Set(before?.facts.map((fact) => fact.id));
    const made = before && data.facts.find((fact) => !known.has(fact.id));
    if (made) this.current = made.id;
    else if (this.place < 0) this.current = data.facts[Math.min(Math.max(place, 0), data.facts.length - 1)]?.id;
    const hadFocus = this.list.contains(document.activeElement);
    this.drawOutcome();
    this.drawText();
    this.drawFacts();
    this.root.dataset.done = data.done;
    if (before && (hadFocus || made)) this.focus();
  }

  get place() {
    return this.data?.facts.findIndex((fact) => fact.id === this.current) ?? -1;
  }

  get fact() {
    return this.data.facts[this.place];
  }

  get left() {
    return this.data.facts.filter((fact) => !this.isGone(fact.id));
  }

  // -------------------------------------------------------------------- edits

  send(edit) {
    this.outbox.sent += 1;
    this.outbox.edits.push({ ...edit, n: this.outbox.sent });
    this.deliver();
    this.drawFacts();
    this.tell("Saving …");
  }

  // Drops what was acknowledged. A session that lost its memory (the app was restarted) has
  // acknowledged nothing: the numbers begin again, and what is left is sent again.
  receive(isNew) {
    const { key, epoch, done } = this.data;
    this.outbox = outboxes.get(key) ?? { epoch, edits: [], sent: 0 };
    outboxes.set(key, this.outbox);
    const isLost = this.outbox.epoch !== epoch;
    if (isLost) this.outbox.edits.forEach((edit, at) => (edit.n = done + at + 1));
    this.outbox.epoch = epoch;
    this.outbox.edits = this.outbox.edits.filter((edit) => edit.n > done);
    this.outbox.sent = this.outbox.edits.at(-1)?.n ?? done;
    if ((isLost || isNew) && this.outbox.edits.length) this.deliver();
  }

  deliver() {
    this.setStateValue("edits", { epoch: this.data.epoch, list: this.outbox.edits });
  }

  perform(name) {
    if (name === "undo") this.send({ kind: "undo" });
    else if (name === "add") this.edit("add", []);
    else if (!this.fact || this.isGone(this.current)) return;
    else if (name === "delete") this.delete();
    else if (name !== "merge") this.edit(name, [this.fact]);
    else if (this.data.facts[this.place + 1]) this.edit(name, this.data.facts.slice(this.place, this.place + 2));
    else this.tell("There is no fact after this one to merge it with.");
  }

  delete() {
    const at = this.left.indexOf(this.fact);
    const gone = this.current;
    this.current = (this.left[at + 1] ?? this.left[at - 1])?.id;
    this.send({ kind: "delete", facts: [gone] });
    this.focus();
  }

  turn(at, id = this.current) {
    const fact = this.left.find((found) => found.id === id);
    const label = this.data.labels[at];
    if (!fact || !label) return;
    const now = VALUES.findIndex(({ value }) => value === this.saying(fact, label.name));
    this.send({ kind: "label", facts: [id], label: label.name, value: VALUES[(now + 1) % VALUES.length].value });
  }

  saying(fact, label) {
    const isIt = (edit) => edit.kind === "label" && edit.label === label && edit.facts[0] === fact.id;
    const later = this.outbox.edits.filter(isIt).at(-1);
    return later ? later.value : fact.labels[label];
  }

  isGone(id) {
    return this.outbox.edits.some((edit) => CONSUMING.includes(edit.kind) && edit.facts.includes(id));
  }

  edit(kind, facts) {
    this.editor.open(kind, facts, this.chosen);
    if (facts.length) this.rows.get(facts[0].id).row.append(this.editor.form);
    else this.list.before(this.editor.form);
    this.root.dataset.editing = kind;
    this.editor.focus();
  }

  saved(edit) {
    delete this.root.dataset.editing;
    document.getSelection().removeAllRanges();
    this.send(edit);
    this.focus();
  }

  closed() {
    delete this.root.dataset.editing;
    this.focus();
  }

  // ------------------------------------------------------ selecting and moving

  select() {
    this.chosen = selectedWords(this.text);
    this.adding.firstChild.textContent = this.chosen ? "Add the selected words" : "Add a fact";
  }

  selected() {
    this.select();
    if (this.editor.isOpen && this.chosen) this.editor.take(this.chosen);
  }

  move(by) {
    const at = this.left.findIndex((fact) => fact.id === this.current);
    this.choose(this.left[Math.min(Math.max(at + by, 0), this.left.length - 1)]?.id);
    this.focus();
  }

  choose(id) {
    if (!id || id === this.current) return;
    this.current = id;
    this.drawFacts();
  }

  focus() {
    const row = this.rows.get(this.current)?.row;
    if (!row || this.editor.isOpen) return;
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
    const [mark] = this.marks(this.current);
    if (!mark) return;
    const box = this.text.getBoundingClientRect();
    const at = mark.getBoundingClientRect();
    if (at.top < box.top) this.text.scrollTop -= box.top - at.top + 16;
    else if (at.bottom > box.bottom) this.text.scrollTop += at.bottom - box.bottom + 16;
  }

  light(ids, isOn) {
    for (const id of ids) {
      for (const lit of [this.rows.get(id)?.row, ...this.marks(id)]) lit?.classList.toggle("pf-is-lit", isOn);
    }
  }

  marks(id) {
    return [...this.text.children].filter((mark) => mark.facts.includes(id));
  }

  key(event) {
    if (active !== this || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (isTyping(event.target) || document.querySelector("[role=dialog], dialog[open]")) return;
    const key = event.key.toLowerCase();
    const inList = this.list.contains(document.activeElement);
    const action = { a: "add", u: "undo" }[key] ?? ACTIONS.find(([, , its]) => its.toLowerCase() === key)?.[0];
    if (key === "j" || (key === "arrowdown" && inList)) this.move(1);
    else if (key === "k" || (key === "arrowup" && inList)) this.move(-1);
    else if (/^[1-9]$/.test(key) && this.data.labels[key - 1]) event.repeat || this.turn(key - 1);
    else if (action) event.repeat || this.perform(action);
    else return;
    event.preventDefault();
  }

  // ------------------------------------------------------------------ drawing

  drawOutcome() {
    this.values.replaceChildren(
      ...this.data.values.map(({ title, means, was, now }) => {
        const value = element("dd", {});
        if (was !== now && was !== null) value.append(element("s", {}, was), " → ");
        value.append(element(was === null || was === now ? "span" : "b", {}, now));
        return element("div", { title: means }, element("dt", {}, title), value);
      }),
    );
    this.tell(this.data.said);
  }

  // Redrawn only when it is another text or other spans, so that a selection outlives an answer.
  drawText() {
    const drawn = JSON.stringify(this.data.runs);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.context.replaceChildren(
      ...this.data.context.flatMap(([title, text]) => [
        element("div", { class: "pf-head" }, title),
        element("div", { class: "pf-text", dir: "auto" }, text),
      ]),
    );
    this.text.replaceChildren(
      ...this.data.runs.map(([text, facts]) => {
        if (!facts.length) return document.createTextNode(text);
        const mark = element("mark", {}, text);
        mark.facts = facts;
        mark.addEventListener("mouseenter", () => this.light(facts, true));
        mark.addEventListener("mouseleave", () => this.light(facts, false));
        mark.addEventListener("click", () => {
          if (!document.getSelection().isCollapsed) return;
          this.choose(facts.at(-1));
          this.focus();
        });
        return mark;
      }),
    );
  }

  drawFacts() {
    const { facts, labels } = this.data;
    const ids = new Set(facts.map((fact) => fact.id));
    for (const [id, { row }] of this.rows) {
      if (ids.has(id)) continue;
      if (row.contains(this.editor.form)) this.editor.close();
      row.remove();
      this.rows.delete(id);
    }
    facts.forEach((fact, at) => {
      if (!this.rows.has(fact.id)) this.rows.set(fact.id, this.makeRow(fact.id, labels));
      const parts = this.rows.get(fact.id);
      if (this.list.children[at] !== parts.row) this.list.insertBefore(parts.row, this.list.children[at] ?? null);
      this.drawFact(fact, at, parts);
    });
    for (const mark of this.text.children) mark.classList.toggle("pf-is-current", mark.facts.includes(this.current));
    this.count.textContent = facts.length === 1 ? "1 fact" : `${facts.length} facts`;
    this.none.hidden = facts.length > 0;
  }

  makeRow(id, labels) {
    const text = element("p", { class: "pf-spans-fact", dir: "auto" });
    const note = element("p", { class: "pf-note" });
    const toggles = labels.map((label, at) => {
      const sign = element("span", { class: "pf-spans-sign" });
      const title = element("span", { class: "pf-spans-title" }, label.title);
      const button = element("button", { type: "button", onclick: () => this.turn(at, id) }, element("kbd", {}, String(at + 1)), title, sign);
      button.setAttribute("aria-keyshortcuts", String(at + 1));
      return { button, sign };
    });
    const actions = ACTIONS.map(([name, title, key]) => this.button(title, key, () => (this.choose(id), this.perform(name))));
    const row = element(
      "li",
      { tabIndex: -1, onmouseenter: () => this.light([id], true), onmouseleave: () => this.light([id], false) },
      text,
      note,
      element("div", { class: "pf-spans-labels", role: "group", "aria-label": "Labels" }, ...toggles.map(({ button }) => button)),
      element("div", { class: "pf-spans-actions", role: "group", "aria-label": "Change the fact" }, ...actions),
    );
    row.dataset.fact = id;
    row.addEventListener("focusin", () => this.choose(id));
    row.addEventListener("click", () => this.choose(id));
    return { row, text, note, toggles };
  }

  drawFact(fact, at, { row, text, note, toggles }) {
    const isCurrent = fact.id === this.current;
    row.tabIndex = isCurrent ? 0 : -1;
    if (isCurrent) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
    row.classList.toggle("pf-is-gone", this.isGone(fact.id));
    text.textContent = fact.text;
    note.textContent = fact.isLost ? `Quote not found in the text: “${fact.quote}”` : fact.note;
    note.classList.toggle("pf-is-lost", fact.isLost);
    const words = this.data.labels.map((label, place) => {
      const { value, word, sign } = inWords(this.saying(fact, label.name));
      const came = label.name in fact.automatic ? inWords(fact.automatic[label.name]) : { value };
      const { button, sign: shown } = toggles[place];
      button.dataset.value = word;
      button.classList.toggle("pf-is-changed", came.value !== value);
      button.title = came.value === value ? label.means : `${label.means} It came as: ${came.word}.`;
      button.setAttribute("aria-label", `${label.title}: ${word}`);
      shown.textContent = sign;
      return `${label.title}: ${word}`;
    });
    const parts = [`Fact ${at + 1} of ${this.data.facts.length}: ${fact.text}`, note.textContent, words.join(", ")];
    row.setAttribute("aria-label", parts.filter(Boolean).join(" · "));
  }

  button(title, key, act) {
    const button = element("button", { type: "button", onclick: act }, element("span", {}, title), element("kbd", { "aria-hidden": "true" }, key));
    button.setAttribute("aria-keyshortcuts", key);
    return button;
  }

  tell(sentence) {
    this.said.textContent = sentence;
  }
}

function inWords(said) {
  return VALUES.find(({ value }) => value === said) ?? UNSAID;
}
