/**
 * Writes the expected day of arrival under each parcel on the page.
 */

import { addWorkingDays, sayDay } from "./eta.js";

const WORKING_DAYS = 2;

/**
 * Adds one line of text; the text is never read as HTML.
 *
 * @param {HTMLElement} place - where the line goes
 * @param {string} text - what it says
 */
function addLine(place, text) {
  const line = document.createElement("p");
  line.textContent = text;
  place.append(line);
}

for (const place of document.querySelectorAll("[data-parcel]")) {
  const day = addWorkingDays(new Date(), WORKING_DAYS);
  addLine(place, `Expected on ${sayDay(day, document.documentElement.lang)}.`);
}
