// On a desktop the charts of the numbers are drawn anew, with values under the pointer, out of the table beside each: the page has every
// figure once. Phones, print and browsers without scripts keep the drawing that came with the page.
"use strict";

(() => {
  const charts = [...document.querySelectorAll("figure[data-chart]")];
  if (!charts.length || !window.matchMedia("(min-width: 901px)").matches) return;

  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const [accent, ink, line] = ["--accent", "--ink-2", "--line"].map(colour);

  // [name, "927 / 1,173", 79.03 or null] of each row
  const rowsOf = (figure) =>
    [...document.querySelectorAll(`#${figure.dataset.table} tbody tr`)].map((row) => {
      const [part, rate] = row.querySelectorAll("td");
      const value = parseFloat(rate.querySelector(".fig")?.textContent ?? "");
      return [row.querySelector("th").textContent.trim(), part.textContent.trim(), Number.isNaN(value) ? null : value];
    });

  const told = (rows) => ({
    trigger: "axis",
    renderMode: "richText", // HTML would need styles that the page's policy forbids
    formatter: ([point]) => {
      const [name, part, value] = rows[point.dataIndex];
      return `${name}\n${part}\n${value === null ? "—" : `${value.toFixed(2)}%`}`;
    },
  });

  const targetOf = (figure, axis) =>
    figure.dataset.target
      ? { silent: true, symbol: "none", z: 1, label: { show: false }, lineStyle: { color: ink, type: "dashed" },
          data: [{ [axis]: Number(figure.dataset.target) }] }
      : undefined;

  const text = { color: ink, fontSize: 13 };
  const trend = (figure, rows) => ({
    aria: { enabled: true, label: { description: figure.dataset.label } },
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: 44, right: 20, top: 28, bottom: 28 },
    tooltip: told(rows),
    xAxis: { type: "category", data: rows.map(([name]) => name), axisLabel: { ...text, formatter: (_, at) => figure.dataset.short.split(" ")[at] } },
    yAxis: { type: "value", minInterval: 5, min: (range) => Math.max(0, Math.floor((range.min - 2) / 5) * 5), max: (range) => Math.min(100, Math.ceil((range.max + 2) / 5) * 5),
      axisLabel: text, splitLine: { lineStyle: { color: line } } },
    series: [{
      type: "line", symbol: "circle", symbolSize: 8, color: accent, markLine: targetOf(figure, "yAxis"),
      label: { show: true, backgroundColor: "#fff", padding: [0, 2], ...text, formatter: ({ value }) => (value === null || value === undefined ? "" : value.toFixed(1)) },
      data: rows.map(([, , value], at) => ({
        value,
        // beside the line, not on it
        label: { position: at && rows[at - 1][2] > value ? "bottom" : "top" },
        ...(at === rows.length - 1 && figure.dataset.running ? { symbol: "emptyCircle" } : {}),
      })),
    }],
  });

  const bars = (figure, rows) => {
    const target = Number(figure.dataset.target || 0);
    const hatched = { color: "rgba(255,255,255,.7)", dashArrayX: [1, 0], dashArrayY: [3, 4], rotation: -Math.PI / 4 };
    return {
      aria: { enabled: true, label: { description: figure.dataset.label } },
      animation: false,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      grid: { left: 8, right: 12, top: 4, bottom: 4, containLabel: true },
      tooltip: told(rows),
      xAxis: { type: "value", min: 0, max: 100, show: false },
      yAxis: { type: "category", inverse: true, data: rows.map(([name]) => name),
        // the value stands with the name, where no bar or target crosses it
        axisLabel: { ...text, formatter: (name, at) => `${name.length > 8 ? `${name.slice(0, 7)}…` : name}  ${rows[at][2] === null ? "—" : `${rows[at][2].toFixed(1)}%`}` },
        axisTick: { show: false }, axisLine: { show: false } },
      series: [{
        type: "bar", barWidth: 14, color: accent, markLine: targetOf(figure, "xAxis"),
        data: rows.map(([, , value]) => ({ value, itemStyle: value !== null && value < target ? { decal: hatched } : {} })),
      }],
    };
  };

  const draw = () => {
    for (const figure of charts) {
      const rows = rowsOf(figure);
      const board = figure.querySelector(".chart-board");
      board.style.height = figure.dataset.chart === "trend" ? "240px" : `${Math.max(120, rows.length * 32 + 8)}px`;
      figure.classList.add("chart-live");
      const chart = window.echarts.init(board, null, { renderer: "canvas" });
      chart.setOption(figure.dataset.chart === "trend" ? trend(figure, rows) : bars(figure, rows));
      window.addEventListener("resize", () => chart.resize());
    }
  };

  const script = document.createElement("script");
  script.src = charts[0].dataset.library;
  script.addEventListener("load", draw);
  document.head.append(script);
})();
