// Prints the summary and the moment, in UTC, at which each event of an iCalendar file begins, as ical.js reads it.
// The time zones are taken from the file alone.
import fs from "node:fs";
import ICAL from "ical.js";

const calendar = new ICAL.Component(ICAL.parse(fs.readFileSync(0, "utf8")));
for (const part of calendar.getAllSubcomponents("vtimezone")) {
  ICAL.TimezoneService.register(part.getFirstPropertyValue("tzid"), new ICAL.Timezone(part));
}
for (const part of calendar.getAllSubcomponents("vevent")) {
  const event = new ICAL.Event(part);
  const begins = event.startDate.convertToZone(ICAL.Timezone.utcTimezone);
  console.log(`${event.summary}\t${begins.toString()}`);
}
