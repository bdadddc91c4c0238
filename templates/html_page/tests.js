// The list of tests. `listed_tests.py` describes the data.

// What needs attention comes first.
const OUTCOMES = ["failed", "error", "xpassed", "skipped", "xfailed", "passed"];

function testRows(data) {
  return data.rows.map(([file, name, run, outcome, seconds, place, line, reason, reruns, failure], order) => ({
    order,
    file: data.files[file],
    name,
    run: data.runs[run],
    outcome: data.outcomes[outcome],
    seconds,
    place: data.places[place][0] + (data.places[place][0] && line ? `:${line}` : ""),
    url: data.places[place][1] && data.places[place][1] + (line ? `#L${line}` : ""),
    reason,
    reruns,
    failure,
    flaky: reruns > 0 && data.outcomes[outcome] === "passed",
  }));
}

function testCells(test) {
  const id = element("code", {}, test.file && element("span", { class: "dim" }, `${test.file}::`), test.name);
  const name = element(
    "td",
    { class: "name" },
    test.failure ? element("a", { href: `#failure-${test.failure}` }, id) : id,
  );
  if (test.run) name.append(element("span", { class: "reason" }, `in ${test.run}`));
  if (test.reason) name.append(element("span", { class: "reason" }, test.reason));
  if (test.place) name.append(element("span", { class: "reason" }, place(test.place, test.url)));
  const outcome = element(
    "td",
    { class: "outcome" },
    element("span", { class: `badge ${test.outcome}` }, test.outcome),
  );
  if (test.reruns) {
    outcome.append(
      " ",
      element(
        "span",
        { class: "badge flaky" },
        `${test.flaky ? "flaky, " : ""}${counted(test.reruns, "rerun")}`,
      ),
    );
  }
  return [
    outcome,
    name,
    element("td", { class: "n" }, duration(test.seconds)),
    element("td", { class: "n order" }, String(test.order + 1)),
  ];
}

function startTests() {
  const section = document.getElementById("tests");
  const data = dataOf("tests-data");
  const rows = data.rows ? testRows(data) : [];
  const chosen = new Set();
  const tests = new Listing(section, rows, {
    noun: "test",
    text: (test) => `${test.file}::${test.name} ${test.run} ${test.place} ${test.reason}`,
    accepts: (test) => !chosen.size || chosen.has(test.outcome) || (test.flaky && chosen.has("flaky")),
    cells: testCells,
    sorts: {
      outcome: { value: (test) => OUTCOMES.indexOf(test.outcome) },
      name: { value: (test) => `${test.file}::${test.name}` },
      seconds: { value: (test) => test.seconds, descendingFirst: true },
      order: { value: (test) => test.order },
    },
  });
  const counts = Object.groupBy(rows, (test) => test.outcome);
  counts.flaky = rows.filter((test) => test.flaky);
  for (const outcome of [...OUTCOMES, "flaky"].filter((one) => counts[one]?.length)) {
    const box = element("input", { type: "checkbox", value: outcome });
    box.addEventListener("change", () => {
      if (box.checked) chosen.add(outcome);
      else chosen.delete(outcome);
      tests.update();
    });
    tests
      .part("outcomes")
      .append(
        element(
          "label",
          {},
          box,
          `${outcome} `,
          element("span", { class: "number" }, counts[outcome].length.toLocaleString("en")),
        ),
      );
  }
  tests.sortBy(section.querySelector(`th[data-sort="outcome"]`));
}
