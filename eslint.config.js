const browser = Object.fromEntries(
  "window document navigator performance getComputedStyle requestAnimationFrame setTimeout matchMedia URL URLSearchParams Path2D ResizeObserver console"
    .split(" ")
    .map((name) => [name, "readonly"]),
);

export default [
  {
    files: ["mapper/render/page/js/*.js"],
    languageOptions: { ecmaVersion: 2023, sourceType: "module", globals: browser },
    rules: {
      "no-undef": "error",
      "no-unused-vars": "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-restricted-properties": [
        "error",
        { property: "innerHTML", message: "Text of reports is never markup." },
        { property: "outerHTML", message: "Text of reports is never markup." },
        { property: "insertAdjacentHTML", message: "Text of reports is never markup." },
      ],
      eqeqeq: "error",
      "prefer-const": "error",
      "no-var": "error",
    },
  },
];
