// Runs before the first paint, so that nobody sees the wrong scheme flash by. A file of its own because the
// content security policy forbids inline scripts. Same key and values as Mantine's local-storage manager.
(function () {
  var chosen;
  try {
    chosen = window.localStorage.getItem('capstan-color-scheme');
  } catch {
    chosen = null;
  }
  var dark = chosen === 'dark' || (chosen !== 'light' && window.matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
})();
