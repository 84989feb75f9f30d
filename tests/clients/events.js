// Prints the number of each event of a sandbox with a reader that follows the standard for server-sent events.
const { EventSource } = require("eventsource");

const source = new EventSource(process.argv[2]);
for (const kind of ["request", "change", "attempt", "webhook", "timer", "clock"]) {
  source.addEventListener(kind, (event) => console.log(event.lastEventId.split("-")[0], JSON.parse(event.data).kind));
}
source.addEventListener("deleted", () => source.close());
