// The desk's controls as they are drawn; what they do is in annotate_controls.js, which follows.
// Text comes from data and is only ever set as textContent or as an attribute.

const EXAMPLES = { count: "a whole number", ratio: "0.25, 25 % or 1/4", number: "a number" };
const EXPECTED = { count: "a whole number", ratio: "a share such as 0.25, 25 % or 1/4", number: "a number" };

function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "class") made.className = value;
    else if (name in made && !name.startsWith("aria")) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

class Drawing {
  build() {
    const { data } = this;
    this.shape = this.shapeOf(data);
    this.rows = [];
    this.tabs = this.answers = this.degrees = this.noteField = this.field = undefined;
    this.scope = element("style");
    this.said = element("p", { class: "pf-desk-said", role: "status" });
    this.alert = element("p", { class: "pf-desk-alert", role: "alert" });
    this.list = element("div", { class: "pf-desk-list" });
    this.panel = element("div", { class: "pf-desk-panel" });
    this.help = this.helpDialog();
    this.bar = this.actions();
    const parts = [this.scope];
    if (data.cells.length) parts.push(this.sides(), this.list, this.panel);
    if (data.cells.length) this.list.append(this.table());
    if (this.isPreference) parts.push(this.choices());
    else if (data.kind !== "end") parts.push(this.noteLine());
    parts.push(this.said, this.alert, this.bar, this.help);
    this.root.replaceChildren(...parts);
    this.panelOf = undefined;
    this.barDrawn = this.barOf(data);
    this.refresh();
  }

  // The same item, of which Python has something new to say.
  refresh() {
    const { data } = this;
    this.root.dataset.kind = data.kind;
    this.root.dataset.item = data.item ?? "";
    this.root.dataset.acked = data.acked;
    if (this.barDrawn !== this.barOf(data)) {
      const [bar, help] = [this.actions(), this.helpDialog()];
      this.bar.replaceWith(bar);
      this.help.replaceWith(help);
      [this.bar, this.help, this.barDrawn] = [bar, help, this.barOf(data)];
    }
    this.paint();
  }

  barOf({ keys, title }) {
    return JSON.stringify([keys, title]);
  }

  sides() {
    const { cells, sides } = this.data;
    const shown = cells[this.current].side;
    const tabs = sides.map((name, side) => {
      const count = element("span", { class: "pf-desk-count" });
      const tab = element("button", { type: "button", onclick: () => this.turn(side) }, name, count);
      tab.setAttribute("aria-pressed", String(side === shown));
      return { tab, count };
    });
    this.tabs = tabs;
    return element("div", { class: "pf-desk-sides", role: "group", "aria-label": "Response" }, ...tabs.map(({ tab }) => tab));
  }

  table() {
    const { cells, isBlind } = this.data;
    const shown = cells[this.current].side;
    const head = ["Factor", ...(isBlind ? [] : ["Automatic"]), "Yours"];
    const body = element("tbody");
    cells.forEach((cell, place) => {
      if (cell.side !== shown) return;
      const button = element("button", { type: "button", title: cell.means, onclick: () => (this.move(place), this.takeFocus()) }, cell.title);
      button.dataset.cell = place;
      button.addEventListener("focus", () => place !== this.current && this.move(place));
      const own = element("td");
      const automatic = isBlind ? [] : [element("td", {}, cell.automaticText)];
      const row = element("tr", {}, element("th", { scope: "row" }, button), ...automatic, own);
      row.addEventListener("click", () => (this.move(place), this.takeFocus()));
      body.append(row);
      this.rows[place] = { row, button, own };
    });
    return element(
      "table",
      { class: "pf-desk-cells" },
      element("thead", {}, element("tr", {}, ...head.map((name) => element("th", { scope: "col" }, name)))),
      body,
    );
  }

  noteLine() {
    const what = this.isPreference ? "Reason" : "Note";
    const goes = {
      preference: "goes with your choice",
      factors: "goes with your next label, skip or flag",
      facts: "goes with your done, skip or flag",
    }[this.data.kind];
    this.noteField = element("input", { type: "text", value: this.note, maxLength: 2000, placeholder: goes });
    this.noteField.setAttribute("aria-label", `${what}: ${goes}`);
    this.noteField.addEventListener("input", () => (this.note = this.noteField.value));
    this.noteField.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.note = this.noteField.value = "";
      if (event.key !== "Escape" && event.key !== "Enter") return;
      event.preventDefault();
      this.noteField.blur();
      const said = this.saying(this.current);
      if (this.note && said) this.label([this.current], () => ({ action: said.action, value: said.value }));
      this.takeFocus();
    });
    return element("label", { class: "pf-desk-note" }, element("span", {}, what, element("kbd", {}, "M")), this.noteField);
  }

  actions() {
    const buttons = this.data.keys
      .filter((entry) => entry.button)
      .map((entry) => {
        const button = element("button", { type: "button", title: entry.does }, entry.button, element("kbd", {}, entry.key.toUpperCase()));
        button.setAttribute("aria-label", entry.does);
        button.setAttribute("aria-keyshortcuts", entry.key.toUpperCase());
        button.dataset.key = entry.key;
        button.onclick = () => {
          this.perform(entry.key);
          if (!"mh".includes(entry.key)) this.takeFocus();
        };
        return button;
      });
    const title = this.data.title ? [element("b", {}, this.data.title)] : [];
    return element("div", { class: "pf-desk-actions", role: "toolbar", "aria-label": "This item" }, ...title, ...buttons);
  }

  helpDialog() {
    const rows = this.data.keys.map((entry) =>
      element("tr", {}, element("th", { scope: "row" }, element("kbd", {}, entry.shown || entry.key.toUpperCase())), element("td", {}, entry.does)),
    );
    const close = element("button", { type: "button", onclick: () => this.help.close() }, "Close", element("kbd", {}, "H"));
    const dialog = element("dialog", { class: "pf-desk-help" }, element("h2", {}, "Keys"), element("table", {}, element("tbody", {}, ...rows)), close);
    dialog.setAttribute("aria-label", "Keys");
    dialog.addEventListener("close", () => this.takeFocus());
    return dialog;
  }

  choices() {
    this.answers = [
      ["first", "Response 1 is better", "1"],
      ["tie", "Neither is better", "0"],
      ["second", "Response 2 is better", "2"],
    ].map(([choice, words, key]) => {
      const button = element("button", { type: "button", onclick: () => this.choose(choice) }, words, element("kbd", {}, key));
      button.setAttribute("aria-keyshortcuts", key);
      button.dataset.choice = choice;
      return button;
    });
    this.degrees = this.data.strengths.map((words, strength) => {
      const button = element("button", { type: "button", onclick: () => ((this.strength = strength), this.paint()) }, words);
      button.dataset.strength = strength;
      return button;
    });
    const degree = element("div", { class: "pf-desk-degree", role: "group", "aria-label": "How strongly" },
      element("span", {}, "How strongly", element("kbd", {}, "−"), element("kbd", {}, "+")), ...this.degrees);
    const which = element("div", { class: "pf-desk-which-one", role: "group", "aria-label": "Which is better" }, ...this.answers);
    return element("div", { class: "pf-desk-choices" }, which, element("div", {}, degree, this.noteLine()));
  }

  saying(place) {
    const said = this.pending.get(place);
    return said ?? this.data.cells[place]?.own ?? null;
  }

  // Everything that may change while the same item is on the screen.
  paint() {
    const { data } = this;
    data.cells.forEach((cell, place) => {
      const entry = this.rows[place];
      if (!entry) return;
      const words = this.words(cell, place);
      entry.own.textContent = words;
      entry.row.classList.toggle("pf-is-done", Boolean(this.saying(place)));
      if (place === this.current) entry.row.setAttribute("aria-current", "true");
      else entry.row.removeAttribute("aria-current");
      const automatic = data.isBlind ? "" : `, automatic ${cell.automaticText}`;
      entry.button.setAttribute("aria-label", `${cell.title} of ${data.sides[cell.side]}${automatic}, yours: ${words}`);
    });
    this.tabs?.forEach(({ count }, side) => {
      const own = data.cells.map((cell, place) => [cell, place]).filter(([cell]) => cell.side === side);
      count.textContent = ` ${own.filter(([, place]) => this.saying(place)).length} of ${own.length}`;
    });
    if (data.cells.length && this.panelOf !== this.current) this.drawPanel();
    this.answers?.forEach((button) => button.setAttribute("aria-pressed", String(data.choice === button.dataset.choice)));
    this.degrees?.forEach((button, strength) => button.setAttribute("aria-pressed", String(strength === this.strength)));
    if (this.noteField && this.noteField.value !== this.note) this.noteField.value = this.note;
    const side = data.cells[this.current]?.side ?? 0;
    this.scope.textContent = data.cells.length
      ? `.stMain .pf-item [data-side="${1 - side}"] { display: none; }
         .stMain .pf-item [data-side="${side}"] { display: grid; }
         .stMain .pf-item [data-both="${side}"] > .pf-head { box-shadow: 0 2px 0 var(--pf-accent); }
         .stMain .pf-item mark[data-of~="${this.current}"] { background: var(--pf-mark); }`
      : "";
    this.root.dataset.unsaved = this.outstanding.length;
    const status = this.status();
    if (this.said.textContent !== status) this.said.textContent = this.said.title = status;
    const alert = this.complaint || data.problem || "";
    if (this.alert.textContent !== alert) this.alert.textContent = alert;
  }

  words(cell, place) {
    const said = this.pending.get(place);
    if (!said) return cell.own?.text ?? "to do";
    if (said.action === "accept") return `${cell.automaticText}, accepted`;
    if (said.action === "cannot_tell") return "can't tell";
    return said.value === null ? "not applicable" : String(Math.round(said.value * 100) / 100);
  }

  status() {
    const waited = this.outstanding.length ? performance.now() - this.since : 0;
    if (waited > TROUBLE) return "Not saved yet: the app does not answer. It is sent again when it does; keep this page open.";
    if (waited > PATIENCE) return "Saving …";
    const { said } = this.data;
    if (!said) return "";
    const time = said.at ? `${said.saved} ${new Date(said.at).toLocaleTimeString("en-GB")}` : said.saved;
    return said.what ? `${time}: ${said.what}` : time;
  }

  drawPanel() {
    this.panelOf = this.current;
    const cell = this.data.cells[this.current];
    const value = element("div", { class: "pf-desk-value", role: "group", "aria-label": `Value of ${cell.title}` });
    if (cell.points.length) {
      const names = cell.kind === "boolean" ? ["No", "Yes"] : [];
      value.append(...cell.points.map((point) => this.control(names[point] ?? "", String(point), () => this.give(point), `${cell.title}: ${names[point] ?? point}`)));
    } else {
      this.field = this.valueField(cell);
      if (cell.kind === "count") value.append(this.control("", "−", () => this.step(-1), "One less"), this.field, this.control("", "+", () => this.step(1), "One more"));
      else value.append(this.field);
      value.append(this.control("Save", "", () => this.giveTyped(), `Save the value of ${cell.title}`));
      if (cell.hasFacts) value.append(this.control("Facts", "T", () => this.perform("t"), "Open the facts that the value rests on"));
    }
    const rest = element("div", { class: "pf-desk-value" });
    if (cell.hasAutomatic) rest.append(this.control(`Accept ${cell.automaticText}`, "↵", () => this.perform("enter"), `Accept ${cell.automaticText} for ${cell.title}`));
    rest.append(
      this.control("Not applicable", "N", () => this.perform("n"), `${cell.title} does not apply`),
      this.control("Can't tell", "X", () => this.perform("x"), `${cell.title}: can't tell`),
    );
    const head = element("p", { class: "pf-desk-which" }, element("b", {}, cell.title), element("span", {}, cell.means));
    this.panel.replaceChildren(head, value, rest);
  }

  valueField(cell) {
    const field = element("input", { type: "text", inputMode: "decimal", autocomplete: "off", placeholder: EXAMPLES[cell.kind] });
    field.setAttribute("aria-label", `Value of ${cell.title}: ${EXPECTED[cell.kind]}`);
    field.addEventListener("keydown", (event) => {
      const steps = { "+": 1, "-": cell.kind === "count" ? -1 : 0, ArrowUp: 0, ArrowDown: 0 };
      if (event.key === "Enter") field.blur(), this.giveTyped() ? this.takeFocus() : field.focus();
      else if (event.key === "Escape") (field.value = ""), field.blur(), this.takeFocus();
      else if (cell.kind === "count" && steps[event.key]) this.step(steps[event.key]);
      else if (event.key.startsWith("Arrow") && event.key.length < 10 && steps[event.key] === 0) {
        const place = this.current + (event.key === "ArrowDown" ? 1 : -1);
        field.blur();
        if (this.giveTyped()) this.move(place), this.takeFocus();
        else field.focus();
      } else return;
      event.preventDefault();
      event.stopPropagation();
    });
    return field;
  }

  control(words, key, act, name) {
    const button = words
      ? element("button", { type: "button" }, words, ...(key ? [element("kbd", {}, key)] : []))
      : element("button", { type: "button", class: "pf-desk-digit" }, key);
    button.setAttribute("aria-label", name);
    button.onclick = () => {
      act();
      this.takeFocus();
    };
    return button;
  }
}
