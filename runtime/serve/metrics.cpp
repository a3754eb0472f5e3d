// Counters as Prometheus reads them.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

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
  counter("carried_total", "Items of routes and syncs that another system has taken over.", counters.carried);
  counter("carried_skipped_total", "Items of routes and syncs that nothing was to be done for.",
          counters.carried_skipped);
  counter("carried_same_total", "Entities of syncs that the other system had as they are.",
          counters.carried_same);
  counter("carried_held_total", "Items of routes and syncs that were held for a person to look at.",
          counters.carried_held);
  counter("carried_dropped_total", "Items of routes and syncs that a person gave up.",
          counters.carried_dropped);
  counter("instances_dropped_total", "Ended instances that are not kept any longer, as [history] says.",
          counters.instances_dropped);
  counter("recovered_records_total", "Journal records applied at the last start.",
          counters.recovered_records);
  metric("journal_time_seconds", "gauge", "Journal time, in seconds since 1970.",
         fmt::format("{}.{:06}", now / kSecond, now % kSecond));
  return out;
}

std::string carry_metrics_text(const std::string& routes_json) {
  struct Gauge {
    const char *name, *member, *help;
  };
  constexpr Gauge kGauges[] = {
      {"carry_waiting", "waiting", "Items of a route or sync that wait for their turn."},
      {"carry_on_their_way", "onTheirWay", "Items of a route or sync that are on their way."},
      {"carry_held", "held", "Items of a route or sync that are held for a person to look at."}};
  const auto json = nlohmann::json::parse(routes_json);
  std::string out;
  for (const Gauge& gauge : kGauges) {
    std::string lines;
    for (const auto& [list, kind] : {std::pair("routes", "route"), std::pair("syncs", "sync")}) {
      for (const auto& each : json.at(list))  // a name is letters, digits, dots and underscores
        lines += fmt::format("endcap_{}{{of=\"{}\"}} {}\n", gauge.name, each.at(kind).get<std::string>(),
                             each.at(gauge.member).get<uint64_t>());
    }
    if (lines.empty()) continue;
    out += fmt::format("# HELP endcap_{} {}\n# TYPE endcap_{} gauge\n{}", gauge.name, gauge.help, gauge.name,
                       lines);
  }
  return out;
}

}  // namespace endcap
