// How a daemon does under load, for whoever watches it: /healthz, and gauges as Prometheus reads them.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "runtime/serve/api.h"

namespace endcap {

std::string health_json(const Pressure& pressure, const ApiInfo& info) {
  const auto& refuses = pressure.refuses;
  nlohmann::ordered_json json{{"status", !refuses ? "ok" : (refuses->disk_full ? "disk full" : "busy")},
                              {"version", info.version},
                              {"program", info.program_hash},
                              {"admits", !refuses}};
  if (refuses) json["reason"] = refuses->message;
  json["waiting"] = pressure.queued;
  json["unappliedBytes"] = pressure.unapplied_bytes;
  json["disk"] = {{"folder", pressure.disk.folder},
                  {"freeBytes", pressure.disk.free_bytes},
                  {"reserveBytes", pressure.disk.reserve_bytes},
                  {"waits", pressure.disk.level == Room::Level::None}};
  json["store"] = {{"level0Files", pressure.store.level0_files},
                   {"compactionBytes", pressure.store.compaction_bytes},
                   {"unflushedBytes", pressure.store.unflushed_bytes},
                   {"full", pressure.store.full}};
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string pressure_metrics_text(const Pressure& pressure, const Counters& counters) {
  std::string out;
  const auto metric = [&](std::string_view name, std::string_view type, std::string_view help,
                          uint64_t value) {
    out += fmt::format("# HELP endcap_{} {}\n# TYPE endcap_{} {}\nendcap_{} {}\n", name, help, name, type,
                       name, value);
  };
  metric("admits", "gauge", "Whether new work is taken in: starts, events and calls of partners.",
         pressure.refuses ? 0 : 1);
  metric("refused_total", "counter", "Starts, events and calls of partners that were refused for overload.",
         counters.refused);
  metric("waiting", "gauge", "Starts, events and calls of partners that wait for their turn.",
         pressure.queued);
  metric("unapplied_bytes", "gauge", "Of journal records that disk or store have not taken yet.",
         pressure.unapplied_bytes);
  metric("instances_quarantined_total", "counter",
         "Instances that faulted the same way twice, and wait for a person to look at.",
         counters.quarantined);
  metric("disk_free_bytes", "gauge", "Free on the disk of the journal.", pressure.disk.free_bytes);
  metric("disk_reserve_bytes", "gauge", "What the journal has for when the disk is full.",
         pressure.disk.reserve_bytes);
  metric("disk_full", "gauge", "1: new work is refused for it; 2: everything waits for room.",
         static_cast<uint64_t>(pressure.disk.level));
  metric("store_full", "gauge", "Whether the store found no room on its disk.", pressure.store.full ? 1 : 0);
  metric("store_level0_files", "gauge", "Table files that are not compacted, of the family that has most.",
         pressure.store.level0_files);
  metric("store_sealed_buffers", "gauge", "Write buffers that are not flushed, of the family that has most.",
         pressure.store.sealed_buffers);
  metric("store_compaction_bytes", "gauge", "What compactions are behind with, about.",
         pressure.store.compaction_bytes);
  metric("store_unflushed_bytes", "gauge", "Of the store, in memory only: a restart reads them again.",
         pressure.store.unflushed_bytes);
  return out;
}

}  // namespace endcap
