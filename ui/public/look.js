// Runs before anything is drawn, so that a dark or large screen never starts as a light and small one. Its names are those of
// src/shared/preferences.ts.
(function () {
  var kept = function (name, allowed) {
    try {
      var value = localStorage.getItem("xunzhan." + name);
      return allowed.indexOf(value) < 0 ? allowed[0] : value;
    } catch (e) {
      return allowed[0];
    }
  };
  var root = document.documentElement;
  root.dataset.look = kept("look", ["light", "dark", "daylight"]);
  root.dataset.text = kept("text", ["normal", "large"]);
  root.classList.toggle("dark", root.dataset.look === "dark");
})();
