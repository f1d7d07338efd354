// Says in plain words that this browser cannot run the app. Written for browsers of any age.
(function () {
  function say() {
    var gone = ["shell-bones", "shell-progress", "shell-note", "shell-slow"];
    for (var i = 0; i < gone.length; i += 1) {
      var part = document.getElementById(gone[i]);
      if (part) part.setAttribute("hidden", "");
    }
    var words = document.getElementById("too-old");
    if (words) words.removeAttribute("hidden");
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", say);
  else say();
})();
