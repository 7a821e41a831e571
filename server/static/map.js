// Draws the places of a page on the outlines of the provinces: no tiles, no other host.
"use strict";

(function () {
  const COLOURS = { line: "#8FA39D", land: "#FFFFFF", place: "#0B5A4F" };

  async function outlines(address) {
    const answer = await fetch(address, { credentials: "same-origin" });
    if (!answer.ok) throw new Error("no outlines");
    return answer.json();
  }

  function places(element) {
    return JSON.parse(element.dataset.points).map((one) => ({
      at: [Number(one.lat), Number(one.lon)],
      label: one.label,
      open: one.open,
    })).filter((one) => one.at.every(Number.isFinite));
  }

  async function draw(element) {
    const found = places(element);
    const map = L.map(element, { attributionControl: false, zoomAnimation: false, fadeAnimation: false, scrollWheelZoom: false, minZoom: 4, maxZoom: 14, zoomSnap: 0.25 });
    map.setView([13.2, 101.0], 6);
    const name = element.dataset.language === "en" ? "name_en" : "name_th";
    const land = L.geoJSON(await outlines(element.dataset.provinces), {
      style: { color: COLOURS.line, weight: 1, fillColor: COLOURS.land, fillOpacity: 1 },
    });
    land.bindTooltip((layer) => layer.feature.properties[name] || "", { sticky: true });
    land.addTo(map);
    for (const one of found) {
      const mark = L.circleMarker(one.at, { radius: 9, color: "#FFFFFF", weight: 2, fillColor: COLOURS.place, fillOpacity: 1 }).addTo(map);
      const words = document.createElement("span");
      words.textContent = one.label || "";
      mark.bindTooltip(words, { permanent: found.length === 1, direction: "top", offset: [0, -8] });
      if (one.open) mark.on("click", () => { window.location.assign(one.open); });
    }
    if (found.length > 1) map.fitBounds(found.map((one) => one.at), { padding: [40, 40], maxZoom: 10 });
    else if (found.length === 1) map.setView(found[0].at, 9);
  }

  function start() {
    for (const element of document.querySelectorAll(".map[data-points]")) {
      draw(element).catch(() => { element.hidden = true; });
    }
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
