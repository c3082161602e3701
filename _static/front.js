// The first page's slider: it picks one of the curves that stand in the page, each with its words.
document.addEventListener("DOMContentLoaded", () => {
  const size = document.querySelector(".turn input");
  const curves = document.querySelectorAll("svg.spirals path");
  if (!size) return;
  const draw = () => {
    curves.forEach((curve, k) => curve.classList.toggle("on", k === Number(size.value)));
    const { says } = curves[size.value].dataset;
    size.setAttribute("aria-valuetext", says);
    document.querySelector(".turn output").textContent = says;
  };
  draw();
  size.addEventListener("input", draw);
});
