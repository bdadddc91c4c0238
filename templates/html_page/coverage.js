// The list of measured files, and the page of one of them.

function fileCells(file) {
  const missed = file.changedMissed;
  return [
    element(
      "td",
      { class: "path" },
      element("a", { href: `#file-${file.order + 1}` }, element("code", {}, file.path)),
    ),
    element("td", { class: "percent" }, `${file.percent.toFixed(2)} %`, meter(file.percent)),
    element("td", { class: "n" }, `${file.missed} of ${file.statements}`),
    element(
      "td",
      { class: "n branches" },
      file.branches ? `${file.missedBranches.length} of ${file.branches}` : "",
    ),
    element(
      "td",
      { class: "changed-lines" },
      file.changed.length ? `${missed} of ${file.changed.length} missed` : "",
    ),
  ];
}

function startCoverage() {
  const section = document.getElementById("coverage");
  if (!section) return [];
  const files = dataOf("files-data").map((file, order) => ({ ...file, order }));
  const box = (name) => section.querySelector(`[data-part="${name}"]`);
  const list = new Listing(section, files, {
    noun: "file",
    text: (file) => file.path,
    accepts: (file) =>
      (!box("missed").checked || file.missed || file.missedBranches.length) &&
      (!box("changed")?.checked || file.changed.length),
    cells: fileCells,
    sorts: {
      path: { value: (file) => file.path },
      percent: { value: (file) => file.percent },
      missed: { value: (file) => file.missed, descendingFirst: true },
      branches: { value: (file) => file.missedBranches.length, descendingFirst: true },
      changed: { value: (file) => file.changed.length, descendingFirst: true },
    },
  });
  for (const name of ["missed", "changed"]) box(name)?.addEventListener("change", () => list.update());
  // Not sorted by a column: the changed files are the first.
  list.update();
  return files;
}

function showFile(file) {
  const section = document.getElementById("file");
  section.querySelector("h2").textContent = file.path;
  const facts = [
    `${file.percent.toFixed(2)} %`,
    `${file.missed} of ${counted(file.statements, "line")} missed`,
  ];
  if (file.branches) facts.push(`${file.missedBranches.length} of ${file.branches} branches missed`);
  if (file.changed.length)
    facts.push(`${file.changedMissed} of ${counted(file.changed.length, "changed line")} missed`);
  section.querySelector(`[data-part="facts"]`).textContent = facts.join(" · ");
  section.querySelector(`[data-part="content"]`).replaceChildren(...fileContent(file));
}
