const middle = (box) => {
  box.scrollLeft = (box.scrollWidth - box.clientWidth) / 2;
};
document.querySelectorAll(".scroll").forEach((box) => {
  middle(box);
  box.parentElement.addEventListener("toggle", () => middle(box));
});
(() => {
  const tools = document.getElementById("tools");
  if (!tools) return;
  const field = tools.querySelector("input");
  const found = tools.querySelector("output");
  const people = Array.from(document.querySelectorAll("details.person"));
  const texts = people.map((person) => person.textContent.toLowerCase());
  const search = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    people.forEach((person, at) => {
      const fits = words.every((word) => texts[at].includes(word));
      person.hidden = !fits;
      if (fits) count += 1;
    });
    found.textContent = `${count} / ${people.length}`;
  };
  tools.hidden = false;
  field.addEventListener("input", search);
  search();
})();
