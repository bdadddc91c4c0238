// Elements are made without markup in strings, so no text of a test can become markup.

/** An element with attributes and children; a text child shows as it is. */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

/** A link to GitHub, or only its text if there is no address. */
function place(text, url) {
  return url ? element("a", { href: url, rel: "noreferrer" }, text) : text;
}

/** A bar for a percentage. The text beside it says the same. */
function meter(percent) {
  const space = "http://www.w3.org/2000/svg";
  const bar = document.createElementNS(space, "svg");
  const part = document.createElementNS(space, "rect");
  for (const [name, value] of [
    ["viewBox", "0 0 100 1"],
    ["preserveAspectRatio", "none"],
    ["class", "meter"],
    ["aria-hidden", "true"],
  ]) {
    bar.setAttribute(name, value);
  }
  part.setAttribute("width", percent);
  part.setAttribute("height", 1);
  bar.append(part);
  return bar;
}

/** The data that the page has under an id. */
function dataOf(id) {
  return JSON.parse(document.getElementById(id).textContent);
}

/** A number with separators, and the right form of a noun. */
function counted(number, noun) {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

/** Seconds as people read them. */
function duration(seconds) {
  if (seconds >= 1) return `${seconds.toFixed(seconds >= 100 ? 0 : 2)} s`;
  return seconds >= 0.001 ? `${Math.round(seconds * 1000)} ms` : "< 1 ms";
}
