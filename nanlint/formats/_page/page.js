// Shows the findings that match every group of the form; a group with nothing checked lets all pass.
"use strict";
{
  const form = document.querySelector("form.filters");
  const findings = [...document.querySelectorAll("article.finding")];
  const files = [...document.querySelectorAll("section.file")];
  const nothing = document.querySelector(".nothing");
  const groups = ["level", "rule", "file"];
  const texts = new Map(findings.map((finding) => [finding, finding.textContent.toLowerCase()]));

  const filter = () => {
    const data = new FormData(form);
    const words = data.get("text").toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = groups.map((name) => [name, new Set(data.getAll(name))]);
    let shown = 0;
    for (const finding of findings) {
      const matches =
        wanted.every(([name, values]) => values.size === 0 || values.has(finding.dataset[name])) &&
        words.every((word) => texts.get(finding).includes(word));
      finding.hidden = !matches;
      shown += matches;
    }
    for (const file of files) file.hidden = !file.querySelector("article.finding:not([hidden])");
    nothing.hidden = shown > 0;
    form.elements.state.value = `${shown} of ${findings.length} shown`;
  };

  if (form) {
    form.hidden = false;
    form.addEventListener("input", filter);
    form.elements.all.addEventListener("click", () => {
      form.reset();
      filter();
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    document.addEventListener("keydown", (event) => {
      if (event.key === "/" && !event.ctrlKey && !event.metaKey && event.target.tagName !== "INPUT") {
        event.preventDefault();
        form.elements.text.focus();
      }
    });
    filter();
  }
}
