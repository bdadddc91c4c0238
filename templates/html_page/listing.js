// A list that people search, filter and sort. Only one page of it is in the document, so any length is quick.

const PAGE = 100;

class Listing {
  /**
   * `sorts` has for each column the value by which it sorts; `text` gives what a search looks at;
   * `accepts` says whether the filters let a row through; `cells` makes the cells of a row.
   */
  constructor(section, rows, { noun, sorts, text, accepts, cells }) {
    Object.assign(this, { section, rows, noun, sorts, text, accepts, cells });
    this.ordered = rows;
    this.sorted = { key: "", descending: false };
    this.part("search").addEventListener("input", () => this.update());
    this.part("previous").addEventListener("click", () => this.show(this.first - PAGE));
    this.part("next").addEventListener("click", () => this.show(this.first + PAGE));
    for (const header of section.querySelectorAll("th[data-sort]")) {
      header.firstChild.addEventListener("click", () => this.sortBy(header));
    }
  }

  part(name) {
    return this.section.querySelector(`[data-part="${name}"]`);
  }

  sortBy(header) {
    const key = header.dataset.sort;
    const { value, descendingFirst = false } = this.sorts[key];
    const again = this.sorted.key === key;
    const descending = again ? !this.sorted.descending : descendingFirst;
    this.sorted = { key, descending };
    this.ordered = this.rows.toSorted(comparing(value, descending));
    for (const other of this.section.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", descending ? "descending" : "ascending");
    this.update();
  }

  /** Find the rows again, and show their first page. */
  update() {
    const words = this.part("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    this.found = this.ordered.filter(
      (row) => this.accepts(row) && words.every((word) => this.searched(row).includes(word)),
    );
    const all = counted(this.rows.length, this.noun);
    this.part("found").textContent =
      this.found.length === this.rows.length ? all : `${this.found.length.toLocaleString("en")} of ${all}`;
    this.show(0);
  }

  /** What a search looks at in a row; kept, because each key starts a search. */
  searched(row) {
    row.searched ??= this.text(row).toLowerCase();
    return row.searched;
  }

  /** Show the page that begins with a row. */
  show(first) {
    this.first = first;
    const last = Math.min(first + PAGE, this.found.length);
    this.part("rows").replaceChildren(
      ...this.found.slice(first, last).map((row) => element("tr", {}, ...this.cells(row))),
    );
    this.part("pager").hidden = this.found.length <= PAGE;
    this.part("previous").disabled = first === 0;
    this.part("next").disabled = last >= this.found.length;
    this.part("range").textContent = `${(first + 1).toLocaleString("en")}–${last.toLocaleString("en")}`;
  }
}

/** Compares two rows by a value, and equal ones by their order. */
function comparing(value, descending) {
  const smallerFirst = descending ? 1 : -1;
  return (a, b) => {
    const [one, other] = [value(a), value(b)];
    return one < other ? smallerFirst : one > other ? -smallerFirst : a.order - b.order;
  };
}
