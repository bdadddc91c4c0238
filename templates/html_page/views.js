// One part of the page is visible at a time. The fragment of the address names it.

class Views {
  constructor(files) {
    this.files = files;
    this.sections = [...document.querySelectorAll(".view")];
    for (const link of document.querySelectorAll("nav.views a")) {
      link.addEventListener("click", (event) => this.choose(event, link));
    }
    addEventListener("hashchange", () => this.follow());
  }

  /** Show a part without a jump to its beginning. */
  choose(event, link) {
    event.preventDefault();
    history.pushState(null, "", link.hash);
    this.follow();
  }

  /** Show what the address names. */
  follow() {
    const [, name, number] = /^#([a-z]+)(?:-(\d+))?$/.exec(location.hash) ?? [];
    const file = name === "file" && this.files[number - 1];
    const failure = name === "failure" && document.getElementById(`failure-${number}`);
    if (file) showFile(file);
    const shown = file
      ? "file"
      : failure
        ? failure.closest(".view").id
        : this.names.includes(name) && name !== "file"
          ? name
          : this.first;
    for (const section of this.sections) section.hidden = section.id !== shown;
    const current = shown === "file" ? "coverage" : shown;
    for (const link of document.querySelectorAll("nav.views a")) {
      const chosen = link.hash === `#${current}`;
      if (chosen) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
      // On a narrow screen, the links do not fit beside each other.
      if (chosen) link.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
    if (failure) this.open(failure);
    if (file) {
      document.getElementById("file-title").focus({ preventScroll: true });
      document.querySelector("nav.views").scrollIntoView();
    }
  }

  open(failure) {
    failure.open = true;
    failure.firstElementChild.focus({ preventScroll: true });
    failure.scrollIntoView();
  }

  get names() {
    return this.sections.map((section) => section.id);
  }

  /** The part that a reader needs first. */
  get first() {
    return document.querySelector("#failures .group") || !document.querySelector("#tests tbody tr")
      ? "failures"
      : "tests";
  }
}
