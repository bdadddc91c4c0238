// Brings the page to life.

/** A choice of the theme, which the browser keeps if it can. */
function startTheme() {
  const choice = document.getElementById("theme");
  const key = "ci-kit-theme";
  const apply = () => {
    if (choice.value) document.documentElement.dataset.theme = choice.value;
    else delete document.documentElement.dataset.theme;
  };
  try {
    choice.value = localStorage.getItem(key) ?? "";
  } catch {
    // A browser may give a file no storage.
  }
  choice.addEventListener("change", () => {
    apply();
    try {
      localStorage.setItem(key, choice.value);
    } catch {
      // As above.
    }
  });
  choice.parentElement.hidden = false;
  apply();
}

/** Buttons that open or close all failures of a part. */
function startToggles() {
  for (const button of document.querySelectorAll("button.toggle")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const open = button.textContent === button.dataset.open;
      for (const details of button.closest(".view").querySelectorAll("details")) details.open = open;
      button.textContent = open ? button.dataset.close : button.dataset.open;
    });
  }
}

document.documentElement.classList.add("scripted");
startTheme();
startToggles();
startTests();
const views = new Views(startCoverage());
views.follow();
