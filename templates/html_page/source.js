// The lines of one measured file. `files.py` describes the data.

const STATES = { e: "executed", m: "missed", x: "excluded", p: "partial" };
const SIGNS = { executed: "✓", missed: "✗", partial: "◐", excluded: "–" };
const MEANINGS = {
  executed: "a test reached the line",
  missed: "no test reached the line",
  partial: "no test took one of its branches",
  excluded: "coverage does not count the line",
};

/** A branch that no test took, in words. A negative line is the end of a function, class or module. */
function branchInWords([from, to]) {
  return `line ${from} never went to ${to > 0 ? `line ${to}` : "the exit"}`;
}

/** The branches that no test took, of lines that a test reached: the others are clear. */
function missedBranches(file) {
  return file.missedBranches.filter(([from]) => file.states[from - 1] !== "m");
}

function legend() {
  const entries = Object.entries(MEANINGS).map(([state, meaning]) =>
    element(
      "li",
      {},
      element("span", { class: `sign ${state}`, "aria-hidden": "true" }, SIGNS[state]),
      `${state}: ${meaning}`,
    ),
  );
  entries.push(
    element("li", {}, element("span", { class: "sign", "aria-hidden": "true" }, "+"), "changed line"),
  );
  return element("ul", { class: "legend" }, ...entries);
}

function sourceLine(file, number, text, branches, changed) {
  const ways = branches.get(number) ?? [];
  const state = ways.length ? "partial" : (STATES[file.states[number - 1]] ?? "");
  const line = element(
    "li",
    { id: `line-${number}`, tabindex: "-1", class: `${state}${changed ? " changed" : ""}` },
    element("span", { class: "at" }, String(number)),
    element("span", { class: "changed-sign", "aria-hidden": "true" }, changed ? "+" : ""),
    element("span", { class: "sign", "aria-hidden": "true" }, SIGNS[state] ?? ""),
    element("span", { class: "hidden-text" }, ` ${changed ? "changed, " : ""}${state} `),
    element("code", {}, text || " "),
  );
  if (ways.length) line.append(element("span", { class: "why" }, ways.map(branchInWords).join("; ")));
  return line;
}

/** The text of a file, with buttons that lead from one missed line to the next. */
function source(file) {
  const branches = Map.groupBy(missedBranches(file), ([from]) => from);
  const changed = new Set(file.changed);
  const lines = file.lines.map((text, index) =>
    sourceLine(file, index + 1, text, branches, changed.has(index + 1)),
  );
  const text = element(
    "div",
    { class: "source", role: "region", tabindex: "0", "aria-label": `Lines of ${file.path}` },
    element("ol", {}, ...lines),
  );
  // The first line of each block of missed lines.
  const missed = lines.filter((line, index) => isMissed(line) && !(index && isMissed(lines[index - 1])));
  if (!missed.length) return [text];
  let at = -1;
  const position = element("span", { role: "status" }, counted(missed.length, "missed block"));
  const go = (step) => {
    at = (at + step + missed.length) % missed.length;
    missed[at].scrollIntoView({ block: "center" });
    for (const line of lines) line.classList.remove("here");
    missed[at].classList.add("here");
    position.textContent = `${at + 1} of ${counted(missed.length, "missed block")}: ${missed[at].id.replace("-", " ")}`;
  };
  const previous = element("button", { type: "button" }, "Previous missed");
  const next = element("button", { type: "button" }, "Next missed");
  previous.addEventListener("click", () => go(at < 0 ? 0 : -1));
  next.addEventListener("click", () => go(1));
  return [element("div", { class: "missed-bar" }, previous, next, position), text];
}

function isMissed(line) {
  return line.classList.contains("missed") || line.classList.contains("partial");
}

/** What is known of a file without its text: the numbers of the lines. */
function linesOnly(file) {
  const shown = [
    element(
      "p",
      { class: "note" },
      "The text of this file is not in the page. These are the numbers of its lines.",
    ),
  ];
  if (file.missedText) shown.push(element("p", {}, "Missed: ", element("code", {}, file.missedText)));
  if (file.changed.length)
    shown.push(element("p", {}, "Changed: ", element("code", {}, file.changed.join(", "))));
  return shown;
}

/** Everything about a file below its name. */
function fileContent(file) {
  const branches = missedBranches(file);
  const listed = branches.length
    ? [
        element("p", {}, "Branches that no test took:"),
        element(
          "ul",
          { class: "branches-list" },
          ...branches.map((one) => element("li", {}, branchInWords(one))),
        ),
      ]
    : [];
  return file.lines ? [legend(), ...listed, ...source(file)] : [...linesOnly(file), ...listed];
}
