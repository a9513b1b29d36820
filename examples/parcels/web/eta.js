/**
 * When a parcel may arrive.
 */

const DAY = 24 * 60 * 60 * 1000;

/**
 * Adds working days to a date; Saturdays and Sundays do not count.
 *
 * @param {Date} start - the day of posting, in UTC
 * @param {number} days - how many working days the way takes
 * @returns {Date} the day of arrival, in UTC
 */
export function addWorkingDays(start, days) {
  let left = days;
  let day = new Date(start);
  while (left > 0) {
    day = new Date(day.getTime() + DAY);
    const weekday = day.getUTCDay();
    if (weekday !== 0 && weekday !== 6) {
      left -= 1;
    }
  }
  return day;
}

/**
 * Says a date as people write it.
 *
 * @param {Date} day - a day in UTC
 * @param {string} language - a BCP 47 tag such as "de-AT"
 * @returns {string} weekday, day and month
 */
export function sayDay(day, language) {
  const options = { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" };
  return new Intl.DateTimeFormat(language, options).format(day);
}
