// What the text with its facts (`span_component.js`) is made of besides: the form in which a fact
// is written, and the words that are selected in a text.

const HINTS = {
  add: "Enter saves, Esc cancels. The fact in your words, and its quote: typed, pasted or selected in the text.",
  edit: "Enter saves, Esc cancels. Select words in the text for another quote.",
  merge: "Enter saves, Esc cancels. One fact takes the place of both, and rests on the words of both.",
  split: "One fact a line. Ctrl and Enter save, Esc cancels. Each keeps the quote and the labels.",
};
const NAMES = { add: "New fact", edit: "Edit fact", merge: "Merge facts", split: "Split fact" };

class Editor {
  constructor(onSave, onClose) {
    this.onSave = onSave;
    this.onClose = onClose;
    this.text = element("textarea", { rows: 2, "aria-label": "Fact" });
    this.quote = element("textarea", { rows: 1, "aria-label": "Quote from the text" });
    this.quoting = element("label", {}, element("span", {}, "Quote from the text"), this.quote);
    this.hint = element("p", { class: "pf-note" });
    this.complaint = element("p", { class: "pf-note pf-is-lost", role: "alert" });
    this.name = element("span", {});
    const buttons = element(
      "div",
      { class: "pf-spans-actions" },
      element("button", { type: "submit" }, "Save"),
      element("button", { type: "button", onclick: () => this.close() }, "Cancel"),
    );
    const writing = element("label", {}, this.name, this.text);
    this.form = element("form", { class: "pf-spans-editor" }, writing, this.quoting, this.complaint, this.hint, buttons);
    this.form.addEventListener("submit", (event) => (event.preventDefault(), this.save()));
    this.form.addEventListener("keydown", (event) => this.key(event));
  }

  get isOpen() {
    return this.form.isConnected;
  }

  // The facts to change (none to add one) and the words that are selected, if any.
  open(kind, facts, chosen) {
    const isNew = kind === "add";
    this.kind = kind;
    this.facts = facts;
    this.words = isNew ? chosen : null;
    this.quote.value = isNew ? (chosen?.text ?? "") : (facts[0].quote ?? "");
    this.text.value = isNew ? this.quote.value : facts.map((fact) => fact.text).join(" ");
    this.name.textContent = NAMES[kind];
    this.form.setAttribute("aria-label", NAMES[kind]);
    this.hint.textContent = HINTS[kind];
    this.complaint.textContent = "";
    this.quoting.hidden = kind === "split" || kind === "merge";
  }

  focus() {
    this.text.focus();
    if (this.kind === "add") this.text.select();
  }

  // Words that are selected while the form is open become the quote.
  take(chosen) {
    if (this.quoting.hidden) return;
    this.words = chosen;
    this.quote.value = chosen.text;
    if (this.kind === "add" && !this.text.value.trim()) this.text.value = chosen.text;
    this.text.focus();
  }

  key(event) {
    const isHeld = this.kind === "split" ? event.ctrlKey || event.metaKey : !event.shiftKey;
    if (event.key === "Escape") this.close();
    else if (event.key === "Enter" && isHeld && !event.isComposing) this.save();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  save() {
    const text = this.text.value.trim();
    const quote = this.quote.value;
    const edit = { kind: this.kind, facts: this.facts.map((fact) => fact.id) };
    if (this.kind === "split") {
      edit.parts = text.split("\n").map((line) => line.trim()).filter(Boolean);
      if (edit.parts.length < 2) return this.complain("Write two facts or more, one a line.");
    } else if (!text && !(this.kind === "add" && quote.trim())) {
      return this.complain("Write the fact first.");
    } else {
      edit.text = text;
      if (this.words && quote === this.words.text) edit.span = [this.words.start, this.words.end];
      else if (this.kind === "add" || (this.kind === "edit" && quote !== (this.facts[0].quote ?? ""))) edit.quote = quote;
      const isSame = this.kind === "edit" && text === this.facts[0].text && !("span" in edit || "quote" in edit);
      if (isSame) return this.close();
    }
    this.form.remove();
    this.onSave(edit);
  }

  close() {
    this.form.remove();
    this.onClose();
  }

  complain(sentence) {
    this.complaint.textContent = sentence;
    this.text.focus();
  }
}

// The words selected within a text, without blanks around them; null for none. Offsets count code
// points, as Python does, and not the browser's UTF-16 units.
function selectedWords(within) {
  const selection = document.getSelection();
  const range = selection.rangeCount ? selection.getRangeAt(0).cloneRange() : null;
  if (!range || range.collapsed || !range.intersectsNode(within)) return null;
  if (!within.contains(range.startContainer)) range.setStart(within, 0);
  if (!within.contains(range.endContainer)) range.setEnd(within, within.childNodes.length);
  const raw = range.toString();
  const text = raw.trim();
  if (!text) return null;
  const before = document.createRange();
  before.selectNodeContents(within);
  before.setEnd(range.startContainer, range.startOffset);
  const start = codePoints(before.toString() + raw.slice(0, raw.indexOf(text)));
  return { text, start, end: start + codePoints(text) };
}

function codePoints(text) {
  return Array.from(text).length;
}

function element(tag, properties, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

function isTyping(target) {
  const fields = "input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable=true]";
  return Boolean(target?.closest?.(fields));
}
