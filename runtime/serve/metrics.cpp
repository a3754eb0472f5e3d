// Counters as Prometheus reads them.
#include <fmt/format.h>

#include "runtime/serve/api.h"

namespace endcap {

std::string metrics_text(const Counters& counters, Instant now) {
  std::string out;
  const auto metric = [&](std::string_view name, std::string_view type, std::string_view help, auto value) {
    out += fmt::format("# HELP endcap_{} {}\n# TYPE endcap_{} {}\nendcap_{} {}\n", name, help, name, type,
                       name, value);
  };
  const auto counter = [&](std::string_view name, std::string_view help, uint64_t value) {
    metric(name, "counter", help, value);
  };
  counter("records_total", "Journal records written.", counters.records);
  counter("steps_total", "Advances from one wait point to the next.", counters.steps);
  counter("instances_started_total", "Instances started.", counters.started);
  counter("instances_finished_total", "Instances that finished.", counters.finished);
  counter("instances_failed_total", "Instances that failed.", counters.failed);
  counter("instances_suspended_total", "Instances that were suspended for a person to look at.",
          counters.suspended);
  counter("frames_loaded_total", "Frames loaded to resume an instance.", counters.frames_loaded);
  counter("history_rows_read_total",
          "Rows of history that the engine read to go on; an instance is resumed without any.",
          counters.history_rows_read);
  counter("calls_sent_total", "Attempts of outgoing calls.", counters.calls_sent);
  counter("calls_retried_total", "Attempts after the first.", counters.calls_retried);
  counter("timers_fired_total", "Timers that fired.", counters.timers_fired);
  counter("events_total", "Events accepted.", counters.events);
  counter("scheduled_starts_total", "Starts that schedules asked for.", counters.scheduled);
  counter("schedules_missed_total",
          "Times of schedules that nothing was started for, because nothing ran then.",
          counters.schedules_missed);
  counter("recovered_records_total", "Journal records applied at the last start.",
          counters.recovered_records);
  metric("journal_time_seconds", "gauge", "Journal time, in seconds since 1970.",
         fmt::format("{}.{:06}", now / kSecond, now % kSecond));
  return out;
}

}  // namespace endcap
